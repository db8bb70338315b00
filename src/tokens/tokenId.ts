/** The largest vocabularies have a quarter of a million. */
const MAX_TOKENS = 2 ** 22;

/** Whether a file may give a token this id: a list with one entry for each id up to it is made. */
export function isTokenId(id: unknown): id is number {
  return typeof id === "number" && Number.isInteger(id) && id >= 0 && id < MAX_TOKENS;
}

/** A clause: what is wrong with an id that is none. */
export function noTokenId(id: unknown): string {
  return `it gives a token the id ${JSON.stringify(id) ?? "nothing"} instead of a whole number below ${MAX_TOKENS}`;
}
