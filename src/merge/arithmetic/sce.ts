import wgsl from "../../../shaders/merge/arithmetic/sce.wgsl?raw";
import spreadWgsl from "../../../shaders/merge/arithmetic/sceSpread.wgsl?raw";
import squaresWgsl from "../../../shaders/merge/arithmetic/sceSquares.wgsl?raw";
import type { BoundMap, MapDefinition } from "../../compute/kernels/map/map";
import { countNonZero } from "../../compute/kernels/mask/countNonZero";
import { largest } from "../../compute/kernels/mask/largest";
import { maskedMap } from "../../compute/kernels/mask/maskedMap";
import { maskedTerms } from "../../compute/kernels/mask/maskedTerms";
import type { BoundStatistic, StatisticDefinition } from "../../compute/kernels/mask/statistic";
import { sum } from "../../compute/kernels/reduce/sum";
import type { BoundTerms, TermsDefinition } from "../../compute/kernels/reduce/terms";
import type { Register, Tiles } from "../../compute/kernels/tiles/tiles";
import type { Tools } from "../types";

const { fround } = Math;

/** Task vectors whose mean squares add up to less have equal weights. */
const LEAST_ENERGY = 1e-6;
/** Least sum of weights that a mean is divided by. */
const LEAST_SHARE = 1e-6;
/** The smallest normal f32: devices may flush what is smaller. */
const LEAST_NORMAL = 2 ** -126;

/** Of a tensor of `count` elements the share `select_topk` is fused: see the method. */
export async function fuse(count: number, select_topk: number, { device, blocks, signal }: Tools): Promise<BoundMap> {
  if (select_topk >= 1) return fusion(energies(await sum(device, blocks, squares, signal), count));
  const differing = await countNonZero(device, blocks, spread, signal);
  const selected = Math.trunc(fround(fround(differing) * fround(select_topk))); // in f32, as mergekit counts them
  const mask = await largest(device, blocks, spread, selected, signal);
  const sums = selected > 0 ? await sum(device, blocks, maskedTerms(squares, mask), signal) : [];
  return maskedMap(fusion(energies(sums, count, blocks.dtypes.length - 1)), mask);
}

/** Each model's share of the energy, of all elements of the tensor, whether they were selected or not. */
function energies(sums: readonly number[], count: number, models = sums.length): readonly number[] {
  const means = Array.from({ length: models }, (_, i) => (sums[i] ?? 0) / count);
  const total = means.reduce((sum, mean) => sum + mean, 0);
  return means.map((mean) => (total < LEAST_ENERGY ? 1 / models : mean / total));
}

function fusion(weights: readonly number[]) {
  const values = { weight: [0, ...weights], least: LEAST_SHARE };
  return { map: fusionMap, uniforms: () => values };
}

/** `Σ (δᵢ − δⱼ)²` over all pairs, which is their variance times N²: zero where all are alike, and without a quotient. */
const spreadOf: StatisticDefinition<Record<string, never>> = {
  name: "merge/sce spread",
  wgsl: spreadWgsl,
  uniforms: {},
  reference(x, out) {
    const deltas = deltasOf(x);
    out.fill(0);
    for (const [k, a] of deltas.entries()) {
      for (const b of deltas.slice(k + 1)) {
        for (let i = 0; i < out.length; i++) {
          const apart = fround((a[i] ?? 0) - (b[i] ?? 0));
          const square = fround(apart * apart);
          if (square >= LEAST_NORMAL) out[i] = (out[i] ?? 0) + square;
        }
      }
    }
  },
  tiles(tiles, x) {
    const deltas = deltasInTiles(tiles, x);
    const [out, least] = [tiles.fill(0), tiles.fill(LEAST_NORMAL)];
    for (const [k, a] of deltas.entries()) {
      for (const b of deltas.slice(k + 1)) {
        const apart = tiles.difference(a, b);
        const square = tiles.product(apart, apart);
        const counts = tiles.atLeast(square, least);
        tiles.within(square, square, counts); // the sum is never -0: adding 0 changes nothing
        tiles.add(out, out, square);
        tiles.release(apart, square, counts);
      }
    }
    return out;
  },
};
const spread: BoundStatistic = { statistic: spreadOf, uniforms: () => ({}) };

/** `δᵢ²` of every input but the base. */
const squaresOf: TermsDefinition<Record<string, never>> = {
  name: "merge/sce squares",
  terms: (inputs) => inputs - 1,
  wgsl: squaresWgsl,
  uniforms: {},
  reference(x, out) {
    for (const [k, delta] of deltasOf(x).entries()) out[k]?.set(delta.map((value) => value * value));
  },
  tiles(tiles, x, take) {
    for (const [k, delta] of deltasInTiles(tiles, x).entries()) take(k, tiles.product(delta, delta));
  },
};
const squares: BoundTerms = { terms: squaresOf, uniforms: () => ({}) };

const FUSION = { weight: "f32[]", least: "f32" } as const;

const fusionMap: MapDefinition<typeof FUSION> = {
  name: "merge/sce",
  wgsl,
  uniforms: FUSION,
  reference(x, out, { weight, least }) {
    const [base = new Float32Array()] = x;
    const deltas = deltasOf(x);
    const votes = new Float32Array(out.length);
    for (const delta of deltas) for (let i = 0; i < votes.length; i++) votes[i] = (votes[i] ?? 0) + (delta[i] ?? 0);
    const share = new Float32Array(out.length);
    out.fill(0);
    for (const [k, delta] of deltas.entries()) {
      const by = fround(weight[k + 1] ?? 0);
      for (let i = 0; i < out.length; i++) {
        const value = delta[i] ?? 0;
        if (!((votes[i] ?? 0) >= 0 ? value > 0 : value < 0)) continue;
        out[i] = (out[i] ?? 0) + fround(by * value);
        share[i] = (share[i] ?? 0) + by;
      }
    }
    const floor = fround(least);
    for (let i = 0; i < out.length; i++) {
      out[i] = (base[i] ?? 0) + fround((out[i] ?? 0) / Math.max(share[i] ?? 0, floor));
    }
  },
  tiles(tiles, x, { weight, least }) {
    const deltas = deltasInTiles(tiles, x);
    const [votes, mix, share, zero] = [tiles.fill(0), tiles.fill(0), tiles.fill(0), tiles.fill(0)];
    for (const delta of deltas) tiles.add(votes, votes, delta);
    const up = tiles.atLeast(votes, zero);
    for (const [k, delta] of deltas.entries()) {
      const [agrees, below] = [tiles.above(delta, zero), tiles.above(zero, delta)];
      tiles.select(agrees, up, agrees, below);
      tiles.scale(below, delta, weight[k + 1] ?? 0);
      tiles.add(below, mix, below);
      tiles.select(mix, agrees, below, mix);
      tiles.add(below, share, tiles.fill(weight[k + 1] ?? 0));
      tiles.select(share, agrees, below, share);
      tiles.release(agrees, below);
    }
    tiles.maximum(share, share, tiles.fill(least));
    const made = tiles.quotient(mix, share);
    tiles.add(made, x[0] ?? tiles.take(), made);
    return made;
  },
};

/** Task vectors in registers of their own. */
function deltasInTiles(tiles: Tiles, [base = tiles.take(), ...others]: readonly Register[]): readonly Register[] {
  return others.map((x) => tiles.difference(x, base));
}

function deltasOf([base = new Float32Array(), ...others]: readonly Float32Array[]): readonly Float32Array[] {
  return others.map((x) => {
    const delta = new Float32Array(x.length);
    for (let i = 0; i < delta.length; i++) delta[i] = (x[i] ?? 0) - (base[i] ?? 0);
    return delta;
  });
}
