import { textHash } from "./textHash";

/** Letters and digits in a row that make a fingerprint: about five English words, or a Japanese clause. */
const STRETCH = 24;
/** Letters of one text that are looked through. */
const MOST_LETTERS = 4000;

/**
 * The hashes of all stretches of a text, from its beginning. Case, width, punctuation and white space do not count. The first
 * of an excerpt is the fingerprint of the item it was taken from.
 */
export function* fingerprints(text: string): Generator<number> {
  const letters = lettersOf(text).slice(0, MOST_LETTERS);
  for (let at = 0; at + STRETCH <= letters.length; at++) yield textHash(letters.slice(at, at + STRETCH));
}

function lettersOf(text: string): string {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
}
