import { type Blocks, LEAF } from "../../blocks";
import type { Device } from "../../device";
import { partOf } from "../link/packed";
import { equalsOf } from "./equals";
import type { Search } from "./histogram";
import { keysReduction } from "./leafKeys";
import { leafSums } from "./leafSums";
import { prepareTerms } from "./runTerms";
import type { BoundTerms } from "./terms";

/**
 * Per term the index of the first element equal to the k-th largest that is not kept; undefined where all equals are.
 * One pass counts equals per leaf; another looks into the leaf where the count passes.
 */
export async function findCuts(
  device: Device,
  blocks: Blocks,
  keys: BoundTerms,
  searches: readonly Search[],
  signal: AbortSignal | undefined,
): Promise<readonly (number | undefined)[]> {
  const cuts = new Array<number | undefined>(searches.length).fill(undefined);
  const tied = searches.flatMap(({ rest, sharing }, t) => (rest > 0 && rest < sharing ? [t] : []));
  if (tied.length === 0) return cuts;

  /** Where the first element that is left out lies: its leaf, and how many equals come before it in the leaf. */
  const places = new Map<number, { leaf: number; before: number }>();
  const left = searches.map(({ rest }) => rest);
  let leaf = 0;
  const prefixes = searches.map(({ prefix }) => prefix);
  await leafSums(device, blocks, equalsOf(keys, prefixes), signal, (equals) => {
    for (let at = 0; at < equals.length; at += searches.length, leaf++) {
      for (const t of tied) {
        if (places.has(t)) continue;
        const found = equals[at + t] ?? 0;
        const before = left[t] ?? 0;
        if (found > before) places.set(t, { leaf, before });
        else left[t] = before - found;
      }
    }
  });

  const run = await prepareTerms(device, blocks, keys, [keysReduction(searches.length)]);
  const bytes = searches.length * LEAF * 4;
  using found = await device.lease(bytes, "keys");
  for await (const block of blocks) {
    signal?.throwIfAborted();
    const here = [...places].filter(
      ([, { leaf }]) => leaf * LEAF >= block.start && leaf * LEAF < block.start + block.count,
    );
    for (const [t, { leaf, before }] of here) {
      const part = partOf(block, blocks.dtypes, leaf * LEAF, LEAF);
      await run(part, found, {}, 1);
      const read = await device.read(found, t * LEAF * 4, part.count * 4);
      cuts[t] = part.start + indexOfNth(new Uint32Array(read.buffer), searches[t]?.prefix ?? 0, before);
      places.delete(t);
    }
    if (places.size === 0) break;
  }
  return cuts;
}

/** Index of the element that has `before` others equal to `value` ahead of it. */
function indexOfNth(values: Uint32Array, value: number, before: number): number {
  let at = values.indexOf(value);
  for (let skipped = 0; skipped < before; skipped++) at = values.indexOf(value, at + 1);
  return at;
}
