/** Facts an error sentence was made from, so that the page can say it again in another language. */
export type ErrorFacts = Readonly<Record<string, string | number>>;

/**
 * Every failure that a person can meet. `code` (`area/what`) is for programs and survives the worker boundary;
 * the message is a whole sentence with what was found, what was expected, where, and what to do.
 */
export class AwaseError extends Error {
  override readonly name = "AwaseError";
  readonly facts: ErrorFacts;
  constructor(
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
}

/** Characters of a sentence and of one fact: what is quoted from a file may have millions. */
const MAX_MESSAGE = 4000;
const MAX_FACT = 1000;

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** True for the rejection of a cancelled operation: a cancelled run never looks like a failed or a finished one. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
