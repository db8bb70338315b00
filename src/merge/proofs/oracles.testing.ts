import { expect } from "vitest";
import { normals } from "../../compute/devices/devices.testing";
import type { TestRecipe } from "../merge.testing";
import { vector } from "./vectors.testing";

/** Select, calculate, erase, in f64. */
export function sceOracle(origin: ArrayLike<number>, tunes: readonly ArrayLike<number>[], topk: number): number[] {
  const deltas = tunes.map((values) => Array.from(values, (x, i) => Math.fround(x - (origin[i] ?? 0))));
  if (topk < 1) {
    const variances = Array.from(origin, (_, i) => {
      const mean = deltas.reduce((sum, delta) => sum + (delta[i] ?? 0), 0) / deltas.length;
      return deltas.reduce((sum, delta) => sum + ((delta[i] ?? 0) - mean) ** 2, 0) / deltas.length;
    });
    const differing = variances.filter((variance) => variance > 0).length;
    const order = variances.map((_, i) => i).sort((i, j) => (variances[j] ?? 0) - (variances[i] ?? 0) || i - j);
    const k = Math.trunc(Math.fround(Math.fround(differing) * Math.fround(topk)));
    for (const i of order.slice(k)) for (const delta of deltas) delta[i] = 0;
  }
  const energies = deltas.map((delta) => delta.reduce((sum, d) => sum + d * d, 0) / delta.length);
  const total = energies.reduce((sum, energy) => sum + energy, 0);
  const weights = energies.map((energy) => (total < 1e-6 ? 1 / deltas.length : energy / total));
  return Array.from(origin, (b, i) => {
    const votes = deltas.reduce((sum, delta) => Math.fround(sum + (delta[i] ?? 0)), 0);
    const agree = weights.map((weight, k) => ((deltas[k]?.[i] ?? 0) * (votes >= 0 ? 1 : -1) > 0 ? weight : 0));
    const share = agree.reduce((sum, weight) => sum + weight, 0);
    return b + agree.reduce((sum, weight, k) => sum + weight * (deltas[k]?.[i] ?? 0), 0) / Math.max(share, 1e-6);
  });
}

/** Task vectors of `models` fine-tunes of one base, in f64: the formula as the papers write it, with sorting for ranks. */
export function taskOracle(origin: ArrayLike<number>, models: readonly Tuned[], options: OracleOptions): number[] {
  const kept = models.map(({ values, density = 1 }) => {
    const delta = Array.from(values, (value, i) => Math.fround(value - (origin[i] ?? 0)));
    const order = delta.map((_, i) => i).sort((i, j) => Math.abs(delta[j] ?? 0) - Math.abs(delta[i] ?? 0) || i - j);
    for (const i of order.slice(density >= 1 ? delta.length : Math.trunc(density * delta.length))) delta[i] = 0;
    return delta;
  });
  const weights = models.map(({ weight }) => Math.fround(weight));
  return Array.from(origin, (value, i) => {
    const votes = kept.map((delta, k) => Math.fround((weights[k] ?? 0) * (delta[i] ?? 0)));
    const elected = votes.reduce((sum, vote) => Math.fround(sum + vote), 0) >= 0 ? 1 : -1;
    const agreeing = votes.map((vote) => !options.consensus || Math.sign(vote) === elected);
    const mix = votes.reduce((sum, vote, k) => sum + (agreeing[k] ? vote : 0), 0);
    const share = weights.reduce((sum, weight, k) => sum + (agreeing[k] ? weight : 0), 0);
    return value + mix / (options.normalize && share !== 0 ? share : 1);
  });
}

export interface Tuned {
  readonly values: Float32Array;
  readonly weight: number;
  readonly density?: number;
}
export interface OracleOptions {
  readonly consensus: boolean;
  readonly normalize: boolean;
}

/** A base and `models` fine-tunes of it, with weights of both signs. */
export function family(models: number, count: number, size = 0.1): { origin: Float32Array; tunes: Tuned[] } {
  const origin = normals(1, count);
  const tunes = Array.from({ length: models }, (_, k) => {
    const noise = normals(k + 2, count);
    return {
      values: origin.map((value, i) => value + size * (noise[i] ?? 0)),
      weight: [0.5, -0.3, 0.4, 0.7, -0.1, 0.2, 1.1][k] ?? 1,
      density: [0.4, 0.7, 1, 0.2, 0.5, 0.9, 0.3][k] ?? 1,
    };
  });
  return { origin, tunes };
}

export function recipeOf(
  method: string,
  origin: ArrayLike<number>,
  tunes: readonly Tuned[],
  shape?: readonly number[],
): TestRecipe {
  return {
    method,
    models: [
      ...tunes.map(({ values, weight, density }, k) => ({
        model: vector(`tune ${k}`, values, shape),
        parameters: { weight, ...(density !== undefined && { density }) },
      })),
      { model: vector("origin", origin, shape), isBase: true },
    ],
  };
}

/** Scores of changes and their threshold, in f64, by the stable form of the divergence. */
export function fusionOracle(origin: Float32Array, values: Float32Array, length: number) {
  const delta = Array.from(values, (x, i) => Math.fround(x - (origin[i] ?? 0)));
  const scores = delta.map(Math.abs);
  for (let row = 0; row < origin.length; row += length) {
    const b = origin.subarray(row, row + length);
    const top = b.reduce((x, y) => Math.max(x, y));
    const weights = Array.from(b, (x) => Math.exp(x - top));
    const total = weights.reduce((x, y) => x + y);
    const mean = weights.reduce((sum, weight, i) => sum + (weight / total) * (delta[row + i] ?? 0), 0);
    const z = Array.from(b, (_, i) => (delta[row + i] ?? 0) - mean);
    const grown = z.map((x) => (Math.abs(x) < 1e-3 ? (x * x) / 2 + x ** 3 / 6 + x ** 4 / 24 : Math.expm1(x) - x));
    const m = grown.reduce((sum, g, i) => sum + ((weights[i] ?? 0) / total) * g, 0);
    const pulled = z.reduce((sum, x, i) => sum + ((weights[i] ?? 0) / total) * x * Math.expm1(x), 0);
    const divergence = Math.max(0, pulled / (1 + m) - Math.log1p(m));
    for (let i = row; i < row + b.length; i++) scores[i] = (scores[i] ?? 0) * divergence;
  }
  const sorted = scores.toSorted((x, y) => x - y);
  const at = (share: number) => sorted[Math.trunc(Math.fround(share * (sorted.length - 1)))] ?? 0;
  return { scores, threshold: at(0.5) + 1.5 * (at(0.75) - at(0.25)) };
}

/** Every value within `tolerance` times the largest expected magnitude; a failure names the worst place. */
export function expectClose(found: Float32Array, expected: ArrayLike<number>, tolerance: number): void {
  expect(found).toHaveLength(expected.length);
  const scale = Array.from(expected).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const worst = found.reduce(
    (most, value, i) => {
      const off = Math.abs(value - (expected[i] ?? 0));
      return off <= most.off ? most : { i, off, found: value, expected: expected[i] };
    },
    { i: -1, off: 0, found: 0, expected: 0 as number | undefined },
  );
  if (!(worst.off <= tolerance * scale)) expect(worst).toEqual({ ...worst, found: worst.expected });
  expect(worst.off).toBeLessThanOrEqual(tolerance * scale);
}
