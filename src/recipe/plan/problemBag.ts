import { type CodeOf, type FactsOf, known, type Said, sentence } from "../../base/sentences";
import { fewProblems } from "../problems/fewProblems";
import { fittingSentences } from "../problems/fitting";
import type { Fix } from "../problems/fixes";
import { mixtureSentences } from "../problems/mixtures";
import { outputSentences } from "../problems/output";
import { planningSentences } from "../problems/planning";
import { type Problem, placed, type TextSpan } from "../problems/problem";
import { notYet } from "../problems/reading";
import { named, type Tensors } from "../problems/tensors";

/** All that a planner says. */
const sentences = {
  ...planningSentences,
  ...fittingSentences,
  ...mixtureSentences,
  ...outputSentences,
  "recipe/not-yet": notYet,
};

type PlanSentences = typeof sentences;
type PlanCode = CodeOf<PlanSentences>;

/** What is found beside code and facts. Findings of one code, `span` and `group` become one problem. */
export interface Circumstances {
  readonly severity: Problem["severity"];
  readonly span?: TextSpan | undefined;
  /** Keeps findings apart that share code and span, a model's key say. */
  readonly group?: string;
  readonly fix?: Fix | undefined;
}

type OwnFacts<C extends PlanCode> = C extends unknown ? Omit<FactsOf<PlanSentences, C>, keyof Tensors> : never;

/** One finding about one tensor, model or line. What is said of tensors names the first and counts the others. */
export type Finding<C extends PlanCode> = Circumstances & { readonly code: C } & (keyof OwnFacts<C> extends never
    ? { readonly facts?: never }
    : { readonly facts: OwnFacts<C> }) &
  (FactsOf<PlanSentences, C> extends Tensors ? { readonly tensor: string } : { readonly tensor?: never });

interface Entry {
  readonly first: Circumstances;
  readonly code: string;
  readonly tensors: Set<string>;
  said(tensors: Tensors | undefined): Said;
}

/** Collects findings, so that two hundred tensors with one cause are one problem with a count. */
export class ProblemBag {
  readonly #entries = new Map<string, Entry>();

  add<C extends PlanCode>(finding: Finding<C>): void {
    const { code, facts, tensor, ...first } = finding as Circumstances & {
      readonly code: C;
      readonly facts?: object;
      readonly tensor?: string;
    };
    this.#add(code, first, tensor, (tensors) => {
      const all = { ...facts, ...tensors };
      return { code, message: sentence(sentences, code, all), facts: known(all) };
    });
  }

  /** What was said elsewhere: by a method of its numbers, of a model when it was opened. */
  addSaid(said: Said, first: Circumstances, tensor?: string): void {
    this.#add(said.code, first, tensor, (tensors) =>
      tensors === undefined
        ? said
        : { ...said, message: `${said.message} (${named(tensors)})`, facts: { ...said.facts, ...tensors } },
    );
  }

  get failed(): boolean {
    return [...this.#entries.values()].some(({ first }) => first.severity === "error");
  }

  /** Errors first, then by place in the text. */
  problems(): readonly Problem[] {
    return fewProblems([...this.#entries.values()].map(problemOf).sort(byWeight));
  }

  #add(code: string, first: Circumstances, tensor: string | undefined, said: Entry["said"]): void {
    const key = JSON.stringify([code, first.span?.from, first.group]);
    const entry = this.#entries.get(key) ?? { first, code, tensors: new Set<string>(), said };
    this.#entries.set(key, entry);
    if (tensor !== undefined) entry.tensors.add(tensor);
  }
}

const WEIGHT = { error: 0, warning: 1, note: 2 } as const;

/** Errors before warnings before notes, each from top to bottom of the text. */
export function byWeight(a: Problem, b: Problem): number {
  return WEIGHT[a.severity] - WEIGHT[b.severity] || (a.span?.from ?? 0) - (b.span?.from ?? 0);
}

function problemOf({ first, tensors, said }: Entry): Problem {
  const [tensor] = tensors;
  return placed(said(tensor === undefined ? undefined : { tensor, tensors: tensors.size }), { ...first, tensor });
}
