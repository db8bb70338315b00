import type { Words } from "../../base/bytes";
import type { Spellings } from "./spellings";

/** Tokens that two vocabularies share: element `at` of both lists spells the same bytes. */
export interface SharedTokens {
  /** Ids of the base, rising. */
  readonly base: Words;
  readonly donor: Words;
}

/**
 * Pairs of ids that spell the same bytes, in the order of the base's id.
 * @param most keeps the first so many: low ids are the frequent ones
 */
export function sharedTokens(base: Spellings, donor: Spellings, most = Number.POSITIVE_INFINITY): SharedTokens {
  const pairs: (readonly [number, number])[] = [];
  for (const [bytes, id] of base.ids) {
    const other = donor.ids.get(bytes);
    if (other !== undefined) pairs.push([id, other]);
  }
  pairs.sort(([a], [b]) => a - b);
  const kept = pairs.length > most ? pairs.slice(0, most) : pairs;
  return { base: Uint32Array.from(kept, ([id]) => id), donor: Uint32Array.from(kept, ([, id]) => id) };
}
