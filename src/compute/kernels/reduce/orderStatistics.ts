import type { Blocks } from "../../blocks";
import type { Device } from "../../device";
import { repeated } from "./repeated";
import { searchKeys } from "./search";
import type { BoundTerms } from "./terms";

/**
 * The values that stand at some places when a term's values are sorted ascending, exact but for subnormals, which count as zero.
 * @param keys one term, not negative
 * @param places from 0 to the number of elements − 1
 */
export async function orderStatistics(
  device: Device,
  blocks: Blocks,
  keys: BoundTerms,
  places: readonly number[],
  signal?: AbortSignal,
): Promise<readonly number[]> {
  const terms = { ...keys, terms: repeated(keys.terms, places.length) };
  const k = places.map((place) => blocks.count - place);
  const searches = await searchKeys(device, blocks, terms, k, signal);
  return searches.map(({ prefix }) => new Float32Array(Uint32Array.of(prefix).buffer)[0] ?? 0);
}
