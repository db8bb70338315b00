import wgsl from "../../../shaders/merge/arithmetic/arceeFusion.wgsl?raw";
import baseWgsl from "../../../shaders/merge/arithmetic/arceeFusionBase.wgsl?raw";
import divergenceWgsl from "../../../shaders/merge/arithmetic/arceeFusionDivergence.wgsl?raw";
import riseWgsl from "../../../shaders/merge/arithmetic/arceeFusionRise.wgsl?raw";
import scoreWgsl from "../../../shaders/merge/arithmetic/arceeFusionScore.wgsl?raw";
import softWgsl from "../../../shaders/merge/arithmetic/arceeFusionSoft.wgsl?raw";
import termWgsl from "../../../shaders/merge/arithmetic/arceeFusionTerm.wgsl?raw";
import { rowsOf } from "../../compute/kernels/common/fibres";
import type { FibreTable, OfFibre, TableTiles } from "../../compute/kernels/common/fibreTable";
import type { BoundMap, MapDefinition } from "../../compute/kernels/map/map";
import { fibreMaxima, fibreSums } from "../../compute/kernels/reduce/fibreSums";
import { orderStatistics } from "../../compute/kernels/reduce/orderStatistics";
import type { TermsDefinition } from "../../compute/kernels/reduce/terms";
import type { Register, Tiles } from "../../compute/kernels/tiles/tiles";
import type { TensorTask, Tools } from "../types";

const { fround } = Math;

/** Where the quartiles of n scores stand, as mergekit rounds. */
const quartile = (share: number, n: number) => Math.trunc(fround(share * (n - 1)));
/** Beyond the median, in distances between the quartiles, a change is important. */
const REACH = 1.5;

/** Scores every element and copies those beyond the threshold: see the method. */
export async function fuseImportant(
  { shape, count }: Pick<TensorTask, "shape" | "count">,
  tools: Tools,
): Promise<BoundMap> {
  const table = tableOf(shape, [await divergences(shape, tools)]);
  const scores = { terms: scoreTerm, table, uniforms: () => ({}) };
  const places = [0.25, 0.5, 0.75].map((share) => quartile(share, count));
  const { device, blocks, signal } = tools;
  const [first = 0, median = 0, third = 0] = await orderStatistics(device, blocks, scores, places, signal);
  const threshold = fround(median + fround(REACH * fround(third - first)));
  return { map: fusionMap, table, uniforms: () => ({ threshold }) };
}

/**
 * KL(p‖q) of each row: `Σ q·z·expm1(z) / (1 + M) − ln(1 + M)`, M = Σ q·(expm1(z) − z), z = d − Σ q·d. All terms are of second order in z and
 * none is negative.
 */
async function divergences(shape: readonly number[], { device, blocks, signal }: Tools): Promise<readonly number[]> {
  const rows = rowsOf(shape);
  const plain = (terms: TermsDefinition) => ({ terms, uniforms: () => ({}) });
  const [sums = []] = (await fibreSums(device, blocks, plain(baseTerm), rows, signal)).map((term) => [...term]);
  const means = sums.map((sum) => fround(sum / rows.length));
  const rise = { ...plain(riseTerm), table: tableOf(shape, [means]) };
  const [rises = []] = (await fibreMaxima(device, blocks, rise, rows, signal)).map((term) => [...term]);
  const tops = rises.map((above, row) => fround((means[row] ?? 0) + above));
  const soft = { ...plain(softTerms), table: tableOf(shape, [tops]) };
  const [weights, weighed] = await fibreSums(device, blocks, soft, rows, signal);
  const inverses = tops.map((_, row) => 1 / (weights?.[row] ?? 1));
  const shifts = tops.map((_, row) => (weighed?.[row] ?? 0) * (inverses[row] ?? 0));
  const apart = { ...plain(divergenceTerms), table: tableOf(shape, [tops, inverses, shifts]) };
  const [grown, pulled] = await fibreSums(device, blocks, apart, rows, signal);
  return tops.map((_, row) => {
    const m = grown?.[row] ?? 0;
    return Math.max(0, (pulled?.[row] ?? 0) / (1 + m) - Math.log1p(m));
  });
}

/** Columns of numbers, one number for each row of the tensor, side by side. */
function tableOf(shape: readonly number[], columns: readonly (readonly number[])[]): FibreTable {
  const fibres = rowsOf(shape);
  const width = columns.length;
  const values = new Float32Array(fibres.count * width);
  for (const [c, column] of columns.entries()) {
    for (const [row, value] of column.entries()) values[row * width + c] = value;
  }
  return { fibres, width, values };
}

const baseTerm: TermsDefinition = {
  name: "merge/arcee-fusion base",
  terms: () => 1,
  wgsl: baseWgsl,
  uniforms: {},
  reference([base = new Float32Array()], [out]) {
    out?.set(base);
  },
  tiles: (_, [base], take) => void (base !== undefined && take(0, base)),
};

const riseTerm: TermsDefinition = {
  name: "merge/arcee-fusion rise",
  terms: () => 1,
  wgsl: riseWgsl,
  uniforms: {},
  fibres: true,
  reference([base = new Float32Array()], [out = new Float32Array()], _, __, ofFibre) {
    for (let i = 0; i < out.length; i++) out[i] = (base[i] ?? 0) - ofFibre(i, 0);
  },
  tiles(tiles, [base = tiles.take()], take, _, __, table) {
    take(0, tiles.difference(base, table.column(0)));
  },
};

const softTerms: TermsDefinition = {
  name: "merge/arcee-fusion soft",
  terms: () => 2,
  wgsl: softWgsl,
  uniforms: {},
  fibres: true,
  reference([base = new Float32Array(), x = new Float32Array()], [sum, weighed], _, __, ofFibre) {
    for (let i = 0; i < base.length; i++) {
      const weight = fround(Math.exp(fround((base[i] ?? 0) - ofFibre(i, 0))));
      if (sum) sum[i] = weight;
      if (weighed) weighed[i] = weight * fround((x[i] ?? 0) - (base[i] ?? 0));
    }
  },
};

const divergenceTerms: TermsDefinition = {
  name: "merge/arcee-fusion divergence",
  terms: () => 2,
  wgsl: divergenceWgsl,
  uniforms: {},
  fibres: true,
  reference([base = new Float32Array(), x = new Float32Array()], [grown, pulled], _, __, ofFibre) {
    for (let i = 0; i < base.length; i++) {
      const q = fround(fround(Math.exp(fround((base[i] ?? 0) - ofFibre(i, 0)))) * ofFibre(i, 1));
      const z = fround(fround((x[i] ?? 0) - (base[i] ?? 0)) - ofFibre(i, 2));
      const growth = Math.expm1(z);
      if (grown) grown[i] = q * restOf(z, growth);
      if (pulled) pulled[i] = q * z * growth;
    }
  },
};

/** `expm1(z) − z`, by its series where that is small. */
function restOf(z: number, growth: number): number {
  if (Math.abs(z) > 0.5) return growth - z;
  return z * z * (1 / 2 + z * (1 / 6 + z * (1 / 24 + z * (1 / 120 + z * (1 / 720 + z / 5040)))));
}

const scoreTerm: TermsDefinition = {
  name: "merge/arcee-fusion score",
  terms: () => 1,
  wgsl: `${scoreWgsl}\n${termWgsl}`,
  uniforms: {},
  fibres: true,
  reference([base = new Float32Array(), x = new Float32Array()], [out = new Float32Array()], _, __, ofFibre) {
    for (let i = 0; i < out.length; i++) out[i] = scoreOf(i, base, x, ofFibre);
  },
  tiles(tiles, [base = tiles.take(), x = tiles.take()], take, _, __, table) {
    take(0, scoreInTiles(tiles, tiles.difference(x, base), table));
  },
};

const FUSION = { threshold: "f32" } as const;

const fusionMap: MapDefinition<typeof FUSION> = {
  name: "merge/arcee-fusion",
  wgsl: `${scoreWgsl}\n${wgsl}`,
  uniforms: FUSION,
  fibres: true,
  reference([base = new Float32Array(), x = new Float32Array()], out, { threshold }, _, ofFibre) {
    for (let i = 0; i < out.length; i++) {
      const kept = scoreOf(i, base, x, ofFibre) >= fround(threshold);
      out[i] = (base[i] ?? 0) + (kept ? fround((x[i] ?? 0) - (base[i] ?? 0)) : 0);
    }
  },
  tiles(tiles, [base = tiles.take(), x = tiles.take()], { threshold }, _, table) {
    const delta = tiles.difference(x, base);
    const kept = tiles.atLeast(scoreInTiles(tiles, delta, table), tiles.fill(threshold));
    tiles.within(delta, delta, kept);
    tiles.add(delta, base, delta);
    return delta;
  },
};

function scoreInTiles(tiles: Tiles, delta: Register, table: TableTiles): Register {
  const size = tiles.take();
  tiles.abs(size, delta);
  return tiles.product(size, table.column(0));
}

function scoreOf(i: number, base: Float32Array, x: Float32Array, ofFibre: OfFibre): number {
  return fround(Math.abs(fround((x[i] ?? 0) - (base[i] ?? 0))) * ofFibre(i, 0));
}
