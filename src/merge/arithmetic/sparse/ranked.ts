import wgsl from "../../../../shaders/merge/arithmetic/sparse/ranked.wgsl?raw";
import type { Words } from "../../../base/bytes";
import { keepBound, randomKey } from "../../../compute/kernels/common/random";
import { WORD } from "../../../compute/kernels/rank/keepByRank";
import { rankMasks } from "../../../compute/kernels/rank/rankMasks";
import { rowsAlongAxis1 } from "../../../compute/kernels/rank/rows";
import type { SparsifierKernel } from "../../sparsify/sparsifier";
import { taskMagnitudes } from "../taskKernels";

const { fround } = Math;

/** What `keepRanked` of `src/merge/sparsify` decides by. */
export const keepRanked: SparsifierKernel<{ readonly density: number; readonly epsilon: number }> = {
  name: "ranked",

  wgsl,

  imports: [],

  uniforms: {},

  fibres: true,

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
};

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
