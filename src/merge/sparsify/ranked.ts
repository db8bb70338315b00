import wgsl from "../../../shaders/merge/sparsify/ranked.wgsl?raw";
import type { Words } from "../../base/bytes";
import { keepBound, randomKey } from "../../compute/kernels/common/random";
import { WORD } from "../../compute/kernels/rank/keepByRank";
import { rankMasks } from "../../compute/kernels/rank/rankMasks";
import { rowsAlongAxis1 } from "../../compute/kernels/rank/rows";
import type { ParameterFacts } from "../../recipe/facts";
import { taskMagnitudes } from "../arithmetic/taskKernels";
import { finding } from "../findings";
import { DENSITY } from "../parameters";
import { defineSparsifier } from "./sparsifier";

const { fround } = Math;

const EPSILON = { kind: "number", default: 0.15, range: [0, 0.5], step: 0.01 } as const satisfies ParameterFacts;

export const DELLA_PAPER = {
  title: "DELLA-Merging: Reducing Interference in Model Merging through Magnitude-Based Sampling",
  url: "https://arxiv.org/abs/2406.11617",
};

/**
 * Keeps each element with a probability that rises with its rank in its row (MagPrune): `density − epsilon` for the smallest, `density +
 * epsilon` for the largest, `density` on the whole. Draws are keyed as those of `keepRandom`. The only element of a row is kept with
 * probability `density`: mergekit fails there.
 */
export const keepRanked = defineSparsifier({
  name: "ranked",
  parameters: { density: DENSITY, epsilon: EPSILON },
  wgsl,
  imports: [],
  uniforms: {},
  fibres: true,

  keepsAll: ({ density }) => density >= 1,

  async choose({ inputs, shape, name, seed }, values, { device, blocks, signal }) {
    const rows = rowsAlongAxis1(shape);
    const ranked = inputs.slice(1).map(({ model }, term) => {
      const own = values[term + 1];
      const bounds = !own || own.density >= 1 ? {} : { bounds: boundsOf(own, rows.length) };
      return { term, key: randomKey(seed, model, name), ...bounds };
    });
    const keys = { terms: taskMagnitudes, uniforms: () => ({}) };
    return { table: await rankMasks(device, blocks, keys, rows, ranked, signal), numbers: () => ({}) };
  },

  drop(delta, k, _values, start, ofFibre) {
    for (let i = 0; i < delta.length; i++) {
      if (((ofFibre(i, k - 1) >>> ((start + i) % WORD)) & 1) === 0) delta[i] = 0;
    }
  },

  tiles(_tiles, delta, k, _values, _start, table) {
    table.keepBits(delta, k - 1);
  },

  check({ density, epsilon }) {
    if (density < 0) return [finding("error", "density", "merge/density-negative", { density })];
    if (density >= 1 || density <= 0 || (density + epsilon < 1 && density - epsilon > 0)) return [];
    const [least, most] = [short(density - epsilon), short(density + epsilon)];
    const needed = short(Math.min(density, 1 - density));
    return [finding("error", "epsilon", "merge/epsilon-leaves-range", { density, epsilon, least, most, needed })];
  },
});

const short = (value: number): number => Number(value.toPrecision(4));

/** The bound of each rank, from the smallest element of a row to the largest. */
function boundsOf({ density, epsilon }: { readonly density: number; readonly epsilon: number }, length: number): Words {
  const bounds = new Uint32Array(length);
  const [low, half] = [fround(density - epsilon), fround(epsilon)];
  for (let rank = 0; rank < length; rank++) {
    const place = length === 1 ? 0.5 : fround(rank / (length - 1));
    bounds[rank] = density <= 0 ? 0 : keepBound(fround(low + fround(fround(2 * place) * half)));
  }
  return bounds;
}
