import wgsl from "../../../../shaders/merge/arithmetic/sparse/largest.wgsl?raw";
import type { UniformValues } from "../../../compute/kernel";
import { cutWithin, keyBits } from "../../../compute/kernels/common/keys";
import { kthLargest } from "../../../compute/kernels/reduce/kthLargest";
import { keptOf } from "../../sparsify/counts";
import type { SparsifierKernel } from "../../sparsify/sparsifier";
import { taskMagnitudes } from "../taskKernels";

const UNIFORMS = { bits: "u32[]", cut: "u32[]" } as const;

/** What `keepLargest` of `src/merge/sparsify` decides by. */
export const keepLargest: SparsifierKernel<{ readonly density: number }> = {
  name: "largest",

  wgsl,

  imports: ["keys.wgsl"],

  uniforms: UNIFORMS,

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
};
