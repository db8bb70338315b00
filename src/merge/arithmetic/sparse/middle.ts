import wgsl from "../../../../shaders/merge/arithmetic/sparse/middle.wgsl?raw";
import type { UniformValues } from "../../../compute/kernel";
import { cutWithin, keyBits } from "../../../compute/kernels/common/keys";
import { kthLargest } from "../../../compute/kernels/reduce/kthLargest";
import { rangeOf } from "../../sparsify/counts";
import type { SparsifierKernel } from "../../sparsify/sparsifier";
import { taskMagnitudes } from "../taskKernels";

const UNIFORMS = { bits: "u32[]", cut: "u32[]", outlier_bits: "u32[]", outlier_cut: "u32[]" } as const;

/** What `keepMiddle` of `src/merge/sparsify` decides by. */
export const keepMiddle: SparsifierKernel<{ readonly density: number; readonly gamma: number }> = {
  name: "middle",

  wgsl,

  imports: ["keys.wgsl"],

  uniforms: UNIFORMS,

  async choose({ count }, values, { device, blocks, signal }) {
    const [, ...wanted] = values.map((value) => rangeOf(value, count));
    const keys = { terms: taskMagnitudes, uniforms: () => ({}) };
    const k = wanted.flatMap(({ largest, outliers }) => [largest, outliers]);
    const found = await kthLargest(device, blocks, keys, k, signal);
    const [all, none] = [
      { bits: 0, cut: count },
      { bits: 0x7fff_ffff, cut: 0 },
    ];
    const largest = [all, ...found.filter((_, at) => at % 2 === 0)];
    const outliers = [none, ...found.filter((_, at) => at % 2 === 1)];
    return {
      numbers: (block) => ({
        bits: largest.map(({ bits }) => bits),
        cut: largest.map(({ cut }) => cutWithin(cut, block)),
        outlier_bits: outliers.map(({ bits }) => bits),
        outlier_cut: outliers.map(({ cut }) => cutWithin(cut, block)),
      }),
    };
  },

  drop(delta, k, { bits, cut, outlier_bits, outlier_cut }: UniformValues<typeof UNIFORMS>) {
    const keys = keyBits(delta);
    const among = (key: number, i: number, threshold = 0, end = 0) => key > threshold || (key === threshold && i < end);
    for (let i = 0; i < delta.length; i++) {
      const key = keys[i] ?? 0;
      if (!among(key, i, bits[k], cut[k]) || among(key, i, outlier_bits[k], outlier_cut[k])) delta[i] = 0;
    }
  },

  tiles(tiles, delta, k, { bits, cut, outlier_bits, outlier_cut }: UniformValues<typeof UNIFORMS>) {
    tiles.keepMiddle(delta, bits[k] ?? 0, cut[k] ?? 0, outlier_bits[k] ?? 0, outlier_cut[k] ?? 0);
  },
};
