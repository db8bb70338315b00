import {
  type CodeOf,
  type Facts,
  type FactsOf,
  known,
  type Said,
  type Sentences,
  sentence,
} from "../../base/sentences";
import type { Fix } from "./fixes";

/** A place in the recipe text. Lines and columns count from 1, as editors do; offsets from 0. */
export interface TextSpan {
  readonly line: number;
  readonly column: number;
  /** Character offsets [from, to) in the text. */
  readonly from: number;
  readonly to: number;
}

/**
 * A mistake, a warning or a remark about a recipe: a value listed beside its line, never an exception. Its code (`recipe/…`, `plan/…`) is
 * stable, for tests and translation; its message says what was found, what was expected, and how to fix it.
 */
export interface Problem extends Said {
  readonly severity: "error" | "warning" | "note";
  readonly span?: TextSpan;
  /** Output tensor concerned, if one is. */
  readonly tensor?: string;
  /** An edit that mends it. */
  readonly fix?: Fix;
}

/** A code with its facts; one that has none may leave them out. */
export type CodeAndFacts<S extends Sentences, C extends CodeOf<S>> = { readonly code: C } & (S[C] extends () => string
  ? { readonly facts?: never }
  : { readonly facts: FactsOf<S, C> });

/** What a problem is beside its code and facts. */
export interface Circumstances {
  readonly severity: Problem["severity"];
  readonly span?: TextSpan | undefined;
  readonly tensor?: string | undefined;
  readonly fix?: Fix | undefined;
}

/** A maker of problems from one catalogue: they are told by code and facts, and say its sentence. */
export function problemsOf<S extends Sentences>(sentences: S) {
  return <C extends CodeOf<S>>(problem: CodeAndFacts<S, C> & Circumstances): Problem => {
    const { code, facts = {} }: { readonly code: C; readonly facts?: Facts } = problem;
    return placed({ code, message: sentence(sentences, code, facts), facts: known(facts) }, problem);
  };
}

/** What was said, as a problem at its place. */
export function placed(said: Said, { severity, span, tensor, fix }: Circumstances): Problem {
  return {
    ...said,
    severity,
    ...(span ? { span } : {}),
    ...(tensor === undefined ? {} : { tensor }),
    ...(fix ? { fix } : {}),
  };
}
