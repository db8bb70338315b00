import wgsl from "../../../shaders/merge/sparsify/largest.wgsl?raw";
import type { UniformValues } from "../../compute/kernel";
import { cutWithin, keyBits } from "../../compute/kernels/common/keys";
import { kthLargest } from "../../compute/kernels/reduce/kthLargest";
import { taskMagnitudes } from "../arithmetic/taskKernels";
import { finding } from "../findings";
import { DENSITY } from "../parameters";
import { defineSparsifier } from "./sparsifier";

const UNIFORMS = { bits: "u32[]", cut: "u32[]" } as const;

/**
 * Keeps exactly `trunc(density · n)` elements of largest magnitude; among equals those of lowest index, as one number
 * per input (the cut) can say. mergekit leaves the choice among equals open. A scalar, or the only element of a tensor, is kept
 * by any density above 0: mergekit fails there.
 */
export const keepLargest = defineSparsifier({
  name: "largest",
  parameters: { density: DENSITY },
  wgsl,
  imports: ["keys.wgsl"],
  uniforms: UNIFORMS,

  keepsAll: ({ density }) => density >= 1,

  async choose({ count }, values, { device, blocks, signal }) {
    const [, ...wanted] = values.map(({ density }) => keptOf(density, count));
    const keys = { terms: taskMagnitudes, uniforms: () => ({}) };
    const found = await kthLargest(device, blocks, keys, wanted, signal);
    const thresholds = [{ bits: 0, cut: count }, ...found];
    return {
      numbers: (block) => ({
        bits: thresholds.map(({ bits }) => bits),
        cut: thresholds.map(({ cut }) => cutWithin(cut, block)),
      }),
    };
  },

  drop(delta, k, { bits, cut }: UniformValues<typeof UNIFORMS>) {
    const threshold = bits[k] ?? 0;
    const end = cut[k] ?? 0;
    const keys = keyBits(delta);
    for (let i = 0; i < delta.length; i++) {
      const key = keys[i] ?? 0;
      if (key < threshold || (key === threshold && i >= end)) delta[i] = 0;
    }
  },

  tiles(tiles, delta, k, { bits, cut }: UniformValues<typeof UNIFORMS>) {
    tiles.keepLargest(delta, bits[k] ?? 0, cut[k] ?? 0);
  },

  check({ density }, elements) {
    if (elements === 0 || keptOf(density, elements) > 0) return [];
    return [
      finding("error", "density", "merge/density-keeps-nothing", {
        density,
        kept: Math.max(0, Math.trunc(density * elements)),
        elements,
        needed: oneElement(elements),
      }),
    ];
  },
});

/** How many of so many elements a density keeps. */
function keptOf(density: number, elements: number): number {
  if (density >= 1 || (density > 0 && elements === 1)) return elements;
  return Math.trunc(density * elements);
}

/** The shortest decimal density that keeps one of so many elements. */
function oneElement(elements: number): number {
  for (let digits = 1; digits < 17; digits++) {
    const density = Math.ceil(10 ** digits / elements) / 10 ** digits;
    if (Math.trunc(density * elements) === 1) return density;
  }
  return 1 / elements;
}
