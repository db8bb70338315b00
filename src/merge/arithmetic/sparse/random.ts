import wgsl from "../../../../shaders/merge/arithmetic/sparse/random.wgsl?raw";
import type { UniformValues } from "../../../compute/kernel";
import { keepBound, randomKey, randomWords } from "../../../compute/kernels/common/random";
import type { SparsifierKernel } from "../../sparsify/sparsifier";

const UNIFORMS = { key_low: "u32[]", key_high: "u32[]", bound: "u32[]" } as const;
type Numbers = UniformValues<typeof UNIFORMS>;

/** The highest bound: keeps everything, also the one word that is not below it. */
const ALL = 0xffff_ffff;

/** What `keepRandom` of `src/merge/sparsify` decides by. */
export const keepRandom: SparsifierKernel<{ readonly density: number }> = {
  name: "random",

  wgsl,

  imports: ["random.wgsl"],

  uniforms: UNIFORMS,

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
};
