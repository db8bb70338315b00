/** Facts an error sentence was made from, so that the page can say it again in another language. */
export type ErrorFacts = Readonly<Record<string, string | number>>;

/**
 * Every failure that a person can meet. `code` (`area/what`) is for programs and survives the worker boundary;
 * the message is a whole sentence with what was found, what was expected, where, and what to do.
 */
export class AwaseError extends Error {
  override readonly name = "AwaseError";
  constructor(
    readonly code: `${string}/${string}`,
    message: string,
    readonly options: { cause?: unknown; facts?: ErrorFacts } = {},
  ) {
    super(message, { cause: options.cause });
  }
  get facts(): ErrorFacts {
    return this.options.facts ?? {};
  }
}

/** True for the rejection of a cancelled operation: a cancelled run never looks like a failed or a finished one. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}
