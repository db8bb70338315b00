import { findCuts } from "./cuts";
import { repeated } from "./repeated";
import { searchKeys } from "./search";
import type { KthLargest } from "./terms";

/** Above every key: keeps nothing. */
const NOTHING = { bits: 0x7fff_ffff, cut: 0 } as const;

/**
 * Exact k-th largest by a radix select of three passes; two more find the cut index where equals of the k-th are left out.
 * @see KthLargest
 */
export const kthLargest: KthLargest = async (device, blocks, single, k, signal) => {
  const count = blocks.count;
  const terms = single.terms.terms(blocks.dtypes.length);
  const each = k.length / Math.max(1, terms);
  if (!Number.isInteger(each))
    throw new RangeError(`${terms} terms need as many k, or so many times, but got ${k.length}.`);
  const keys = each === 1 ? single : { ...single, terms: repeated(single.terms, each) };
  const open = k.some((wanted) => wanted > 0 && wanted < count);
  const searches = open ? await searchKeys(device, blocks, keys, k, signal) : [];
  const cuts = open ? await findCuts(device, blocks, keys, searches, signal) : [];
  return k.map((wanted, t) => {
    if (wanted <= 0) return NOTHING;
    if (wanted >= count) return { bits: 0, cut: count };
    return { bits: searches[t]?.prefix ?? 0, cut: cuts[t] ?? count };
  });
};
