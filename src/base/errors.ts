import {
  type CodeOf,
  type Facts,
  type FactsOf,
  known,
  type NoFacts,
  type Said,
  type Sentences,
  sentence,
} from "./sentences";

/** Facts an error sentence was made from, so that the page can say it again in another language. */
export type ErrorFacts = Readonly<Record<string, string | number>>;

/**
 * Every failure that a person can meet. `code` (`area/what`) is for programs and survives the worker boundary;
 * the message is a whole sentence with what was found, what was expected, where, and what to do.
 */
export class AwaseError extends Error {
  override readonly name = "AwaseError";
  readonly facts: ErrorFacts;
  private constructor(
    readonly code: `${string}/${string}`,
    message: string,
    options: { cause?: unknown; facts?: ErrorFacts } = {},
  ) {
    super(cut(message, MAX_MESSAGE), { cause: options.cause });
    this.facts = Object.fromEntries(
      Object.entries(options.facts ?? {}).map(([name, fact]) => [
        name,
        typeof fact === "string" ? cut(fact, MAX_FACT) : fact,
      ]),
    );
  }

  /** The same failure with more said of it, and perhaps more facts. */
  told(message: string, facts: Facts = {}): AwaseError {
    return new AwaseError(this.code, message, { cause: this, facts: { ...this.facts, ...known(facts) } });
  }

  /** The error that says this. */
  static of({ code, message, facts }: Said, cause?: unknown): AwaseError {
    return new AwaseError(code as `${string}/${string}`, message, { cause, facts });
  }
}

/** Characters of a sentence and of one fact: what is quoted from a file may have millions. */
const MAX_MESSAGE = 4000;
const MAX_FACT = 1000;

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** What follows the code of a failure: its facts, which one without any leaves out, and the error behind it. */
type Behind<S extends Sentences, C extends CodeOf<S>> = S[C] extends () => string
  ? readonly [facts?: NoFacts, cause?: unknown]
  : readonly [facts: FactsOf<S, C>, cause?: unknown];

/** A maker of errors from one catalogue: they are told by code and facts, and say its sentence. */
export function failuresOf<S extends Sentences>(sentences: S) {
  return <C extends CodeOf<S>>(code: C, ...[facts = {}, cause]: Behind<S, C>): AwaseError =>
    AwaseError.of({ code, message: sentence(sentences, code, facts), facts: known(facts) }, cause);
}

/** True for the rejection of a cancelled operation: a cancelled run never looks like a failed or a finished one. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
