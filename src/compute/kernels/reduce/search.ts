import type { Blocks } from "../../blocks";
import type { Device } from "../../device";
import { BINS, countKeys, PASSES, type Search } from "./histogram";
import type { BoundTerms } from "./terms";

/**
 * For each term the key of its k-th largest element, by a radix select of three passes.
 * @param k one for each term, from 1 to the number of elements for those whose result counts
 */
export async function searchKeys(
  device: Device,
  blocks: Blocks,
  keys: BoundTerms,
  k: readonly number[],
  signal: AbortSignal | undefined,
): Promise<readonly Search[]> {
  const searches = k.map((wanted): Search => ({ prefix: 0, rest: wanted, sharing: blocks.count }));
  for (const pass of PASSES) {
    const histogram = await countKeys(device, blocks, keys, pass, searches, signal);
    for (const [t, search] of searches.entries()) {
      descend(search, histogram.subarray(t * BINS, (t + 1) * BINS), pass.bits);
    }
  }
  return searches;
}

/** Goes down to the bin that holds the k-th largest. */
function descend(search: Search, histogram: Uint32Array, bits: number): void {
  let bin = 2 ** bits - 1;
  while (bin > 0 && (histogram[bin] ?? 0) < search.rest) search.rest -= histogram[bin--] ?? 0;
  search.prefix = search.prefix * 2 ** bits + bin;
  search.sharing = histogram[bin] ?? 0;
}
