import wgsl from "../../../shaders/merge/sparsify/random.wgsl?raw";
import type { UniformValues } from "../../compute/kernel";
import { keepBound, randomKey, randomWords } from "../../compute/kernels/common/random";
import { finding } from "../findings";
import { DENSITY } from "../parameters";
import { defineSparsifier } from "./sparsifier";

const UNIFORMS = { key_low: "u32[]", key_high: "u32[]", bound: "u32[]" } as const;
type Numbers = UniformValues<typeof UNIFORMS>;

/** The highest bound: keeps everything, also the one word that is not below it. */
const ALL = 0xffff_ffff;

export const DARE_PAPER = {
  title: "Language Models are Super Mario: Absorbing Abilities from Homologous Models as a Free Lunch",
  url: "https://arxiv.org/abs/2311.03099",
};

/**
 * Keeps each element with probability `density`. The draws are keyed by (seed, model, tensor name, index): the same on every device,
 * for every block size, and different for every model.
 */
export const keepRandom = defineSparsifier({
  name: "random",
  parameters: { density: DENSITY },
  wgsl,
  imports: ["random.wgsl"],
  uniforms: UNIFORMS,

  keepsAll: ({ density }) => density >= 1,

  async choose({ inputs, name, seed }, values) {
    const keys = inputs.map(({ model }) => randomKey(seed, model, name));
    const numbers: Numbers = {
      key_low: keys.map(([low]) => low),
      key_high: keys.map(([, high]) => high),
      bound: values.map(({ density }, k) => (k === 0 || density >= 1 ? ALL : keepBound(density))),
    };
    return { numbers: () => numbers };
  },

  drop(delta, k, { key_low, key_high, bound }: Numbers, start) {
    const below = bound[k] ?? ALL;
    if (below === ALL) return;
    const words = new Uint32Array(delta.length);
    randomWords([key_low[k] ?? 0, key_high[k] ?? 0], start, words);
    for (let i = 0; i < delta.length; i++) if ((words[i] ?? 0) >= below) delta[i] = 0;
  },

  tiles(tiles, delta, k, { key_low, key_high, bound }: Numbers, start) {
    const below = bound[k] ?? ALL;
    if (below !== ALL) tiles.keepRandom(delta, [key_low[k] ?? 0, key_high[k] ?? 0], below, start);
  },

  check({ density }) {
    if (density >= 0) return [];
    return [finding("error", "density", "merge/density-negative", { density })];
  },
});
