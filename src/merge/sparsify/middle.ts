import wgsl from "../../../shaders/merge/sparsify/middle.wgsl?raw";
import type { UniformValues } from "../../compute/kernel";
import { cutWithin, keyBits } from "../../compute/kernels/common/keys";
import { kthLargest } from "../../compute/kernels/reduce/kthLargest";
import type { ParameterFacts } from "../../recipe/facts";
import { taskMagnitudes } from "../arithmetic/taskKernels";
import { finding } from "../findings";
import { DENSITY } from "../parameters";
import { defineSparsifier } from "./sparsifier";

const GAMMA = { kind: "number", default: 0.01, range: [0, 0.2], step: 0.001 } as const satisfies ParameterFacts;
const UNIFORMS = { bits: "u32[]", cut: "u32[]", outlier_bits: "u32[]", outlier_cut: "u32[]" } as const;

export const BREADCRUMBS_PAPER = {
  title: "Model Breadcrumbs: Scaling Multi-Task Model Merging with Sparse Masks",
  url: "https://arxiv.org/abs/2312.06795",
};

/**
 * Drops the `trunc(gamma · n)` elements of largest magnitude, and of the others the smallest, so that `trunc(density · n)` stay; where
 * there are too few, fewer outliers are dropped. As in mergekit, no outliers to drop (gamma · n < 1) means that nothing is kept.
 * Among equals those of lowest index count as larger.
 */
export const keepMiddle = defineSparsifier({
  name: "middle",
  parameters: { density: DENSITY, gamma: GAMMA },
  wgsl,
  imports: ["keys.wgsl"],
  uniforms: UNIFORMS,

  keepsAll: ({ density }) => density >= 1,

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

  check(values, elements) {
    if (values.density < 0) return [finding("error", "density", "merge/density-negative", { density: values.density })];
    if (values.density >= 1 || elements === 0 || rangeOf(values, elements).outliers > 0) return [];
    return [
      finding("warning", "gamma", "merge/gamma-keeps-nothing", { gamma: values.gamma, elements, needed: 1 / elements }),
    ];
  },
});

/** How many of the largest are looked at, and how many of those are dropped as outliers. */
function rangeOf(
  { density, gamma }: { readonly density: number; readonly gamma: number },
  count: number,
): { readonly largest: number; readonly outliers: number } {
  if (density >= 1) return { largest: count, outliers: 0 };
  const kept = Math.trunc(density * count);
  const top = Math.trunc(gamma * count);
  const bottom = count - kept - top;
  const outliers = bottom < 0 ? top + bottom : top;
  return outliers <= 0 ? { largest: 0, outliers: 0 } : { largest: count - Math.max(0, bottom), outliers };
}
