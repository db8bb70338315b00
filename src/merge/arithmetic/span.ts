import differencesWgsl from "../../../shaders/merge/arithmetic/spanOfDifferences.wgsl?raw";
import fibresWgsl from "../../../shaders/merge/arithmetic/spanOfFibres.wgsl?raw";
import type { Fibres } from "../../compute/kernels/common/fibres";
import type { BoundMap, MapDefinition } from "../../compute/kernels/map/map";
import { fibreGrams, gram } from "../../compute/kernels/reduce/gram";
import type { Register, Tiles } from "../../compute/kernels/tiles/tiles";
import type { Tools } from "../types";
import { keepAll } from "./sparse/all";
import { taskMap } from "./taskKernels";
import { weightedSum } from "./weightedSum";

const { fround } = Math;

/** What the inner products of some vectors say: one coefficient for each vector. */
export type Coefficients = (gram: readonly (readonly number[])[]) => readonly number[];

export interface SpanOptions {
  /** Taken one by one, each with coefficients of its own; absent: the whole tensor is one vector. */
  readonly fibres?: Fibres | undefined;
  /**
   * The vectors are `inputs`, or `differences` of the others to the base, input 0; then the result is added to the base. Or products are of
   * `differences`, and coefficients, one for every input, of the inputs themselves (`mixed`).
   */
  readonly vectors: "inputs" | "differences" | "mixed";
}

/**
 * A linear combination of the inputs whose coefficients depend on their inner products alone: those are summed first, coefficients are
 * worked out on the host in f64, then one map is run. reference/merge-methods.md 3.
 */
export async function span(
  coefficientsOf: Coefficients,
  { fibres, vectors }: SpanOptions,
  { device, blocks, signal }: Tools,
): Promise<BoundMap> {
  const toBase = vectors !== "inputs";
  const added = vectors === "differences";
  if (!fibres || fibres.count === 1) {
    const coefficients = coefficientsOf(await gram(device, blocks, { toBase, signal }));
    return added ? onBase(coefficients) : weightedSum(coefficients);
  }
  const grams = await fibreGrams(device, blocks, fibres, { toBase, signal });
  const width = blocks.dtypes.length;
  const values = new Float32Array(fibres.count * width);
  for (const [fibre, products] of grams.entries()) {
    const coefficients = coefficientsOf(products);
    values.set(added ? [0, ...coefficients] : coefficients, fibre * width);
  }
  return { map: added ? differencesMap : fibresMap, table: { fibres, width, values }, uniforms: () => ({}) };
}

const sumOnBase = taskMap(keepAll, false);

function onBase(coefficients: readonly number[]): BoundMap {
  const weight = [0, ...coefficients];
  const common = { weight, rescale: weight.map(() => 1), lambda: 1, normalize: 0, divisor: 1 };
  return { map: sumOnBase, uniforms: () => common };
}

const fibresMap: MapDefinition<Record<string, never>> = {
  name: "merge/span-of-fibres",
  wgsl: fibresWgsl,
  fibres: true,
  uniforms: {},
  reference(x, out, _, __, ofFibre) {
    out.fill(-0);
    for (const [k, values] of x.entries()) {
      for (let i = 0; i < out.length; i++) out[i] = (out[i] ?? 0) + fround(ofFibre(i, k) * (values[i] ?? 0));
    }
  },
  tiles(tiles, x, _, __, table) {
    const out = tiles.fill(-0);
    for (const [k, values] of x.entries()) addOfFibre(tiles, out, table.column(k), values);
    return out;
  },
};

const differencesMap: MapDefinition<Record<string, never>> = {
  name: "merge/span-of-differences",
  wgsl: differencesWgsl,
  fibres: true,
  uniforms: {},
  reference([base = new Float32Array(), ...others], out, _, __, ofFibre) {
    out.fill(-0);
    for (const [place, values] of others.entries()) {
      for (let i = 0; i < out.length; i++) {
        const delta = fround((values[i] ?? 0) - (base[i] ?? 0));
        out[i] = (out[i] ?? 0) + fround(ofFibre(i, place + 1) * delta);
      }
    }
    for (let i = 0; i < out.length; i++) out[i] = (base[i] ?? 0) + (out[i] ?? 0);
  },
  tiles(tiles, [base = tiles.take(), ...others], _, __, table) {
    const out = tiles.fill(-0);
    for (const [place, values] of others.entries()) {
      const delta = tiles.difference(values, base);
      addOfFibre(tiles, out, table.column(place + 1), delta);
      tiles.release(delta);
    }
    tiles.add(out, base, out);
    return out;
  },
};

/** `out += number · values`, a number for each element; its register is not used any more. */
function addOfFibre(tiles: Tiles, out: Register, number: Register, values: Register): void {
  const product = tiles.product(number, values);
  tiles.add(out, out, product);
  tiles.release(number, product);
}
