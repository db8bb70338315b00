import { findCuts } from "./cuts";
import { BINS, countKeys, PASSES, type Search } from "./histogram";
import { repeated } from "./repeated";
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
  const searches = k.map((wanted): Search => ({ prefix: 0, rest: wanted, sharing: count }));
  const open = k.some((wanted) => wanted > 0 && wanted < count);
  for (const pass of open ? PASSES : []) {
    const histogram = await countKeys(device, blocks, keys, pass, searches, signal);
    for (const [t, search] of searches.entries()) {
      descend(search, histogram.subarray(t * BINS, (t + 1) * BINS), pass.bits);
    }
  }
  const cuts = open ? await findCuts(device, blocks, keys, searches, signal) : [];
  return searches.map((search, t) => {
    if ((k[t] ?? 0) <= 0) return NOTHING;
    if ((k[t] ?? 0) >= count) return { bits: 0, cut: count };
    return { bits: search.prefix, cut: cuts[t] ?? count };
  });
};

/** Goes down to the bin that holds the k-th largest. */
function descend(search: Search, histogram: Uint32Array, bits: number): void {
  let bin = 2 ** bits - 1;
  while (bin > 0 && (histogram[bin] ?? 0) < search.rest) search.rest -= histogram[bin--] ?? 0;
  search.prefix = search.prefix * 2 ** bits + bin;
  search.sharing = histogram[bin] ?? 0;
}
