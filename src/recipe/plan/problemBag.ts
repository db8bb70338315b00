import { fewProblems } from "../fewProblems";
import type { Problem, TextSpan } from "../problems";

/** One finding about one tensor, model or line. Findings of one `code`, `span` and `group` become one problem. */
export interface Finding {
  readonly code: string;
  readonly severity: Problem["severity"];
  readonly span?: TextSpan | undefined;
  /** Keeps findings apart that share code and span, a model's key say. */
  readonly group?: string;
  readonly tensor?: string;
  readonly facts?: Problem["facts"];
  readonly fix?: Problem["fix"];
  /** The sentence; `tensors` says which tensors it is about: "q_proj.weight", or "q_proj.weight and 199 others". */
  message(tensors: string): string;
}

interface Entry {
  readonly first: Finding;
  readonly tensors: Set<string>;
}

/** Collects findings, so that two hundred tensors with one cause are one problem with a count. */
export class ProblemBag {
  readonly #entries = new Map<string, Entry>();

  add(finding: Finding): void {
    const key = JSON.stringify([finding.code, finding.span?.from, finding.group]);
    const entry = this.#entries.get(key) ?? { first: finding, tensors: new Set<string>() };
    this.#entries.set(key, entry);
    if (finding.tensor !== undefined) entry.tensors.add(finding.tensor);
  }

  get failed(): boolean {
    return [...this.#entries.values()].some(({ first }) => first.severity === "error");
  }

  /** Errors first, then by place in the text. */
  problems(): readonly Problem[] {
    return fewProblems([...this.#entries.values()].map(problemOf).sort(byWeight));
  }
}

const WEIGHT = { error: 0, warning: 1, note: 2 } as const;

/** Errors before warnings before notes, each from top to bottom of the text. */
export function byWeight(a: Problem, b: Problem): number {
  return WEIGHT[a.severity] - WEIGHT[b.severity] || (a.span?.from ?? 0) - (b.span?.from ?? 0);
}

function problemOf({ first, tensors }: Entry): Problem {
  const [tensor] = tensors;
  const others = tensors.size - 1;
  const named =
    tensor === undefined ? "" : others > 0 ? `${tensor} and ${others} other${others > 1 ? "s" : ""}` : tensor;
  return {
    code: first.code,
    severity: first.severity,
    message: first.message(named),
    facts: { ...first.facts, ...(tensor === undefined ? {} : { tensor, tensors: tensors.size }) },
    ...(first.span ? { span: first.span } : {}),
    ...(tensor === undefined ? {} : { tensor }),
    ...(first.fix ? { fix: first.fix } : {}),
  };
}
