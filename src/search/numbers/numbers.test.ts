import { describe, expect, it } from "vitest";
import { eigen } from "./eigen";
import { lnNormalBelow, lnNormalBetween, normalBelow, normalQuantile } from "./normal";
import { Random } from "./random";

describe("the normal distribution", () => {
  it.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1.96, 0.024997895148220435],
    [-5, 2.866515718791939e-7],
    [-9, 1.1285884059538408e-19],
  ])("has Φ(%d) = %d", (x, expected) => {
    expect(Math.abs(normalBelow(x) / expected - 1)).toBeLessThan(1e-12);
  });

  it("knows the logarithm where the probability is no number any more", () => {
    expect(lnNormalBelow(-40)).toBeCloseTo(-804.608442, 5);
    expect(lnNormalBelow(8)).toBeCloseTo(-6.22096e-16, 19);
    expect(lnNormalBetween(40, 41)).toBeCloseTo(-804.608442, 5);
  });

  it("finds the quantile of every probability again", () => {
    for (const p of [1e-200, 1e-12, 0.001, 0.02425, 0.3, 0.5, 0.9, 1 - 1e-9]) {
      expect(Math.abs(normalBelow(normalQuantile(p)) / p - 1)).toBeLessThan(1e-9);
    }
  });
});

describe("random numbers", () => {
  it("are those of their seed and stream", () => {
    const draw = (random: Random) => Array.from({ length: 5 }, () => random.uniform());
    expect(draw(Random.of(7))).toEqual(draw(Random.of(7)));
    expect(draw(Random.of(7))).not.toEqual(draw(Random.of(8)));
    expect(draw(Random.of(7, 1))).not.toEqual(draw(Random.of(7)));
  });

  it("go on from a kept state, in the middle of a pair of normal numbers", () => {
    const random = Random.of(3);
    random.normal();
    const kept = Random.from(JSON.parse(JSON.stringify(random.state)));
    expect([kept.normal(), kept.normal(), kept.uniform()]).toEqual([
      random.normal(),
      random.normal(),
      random.uniform(),
    ]);
  });

  it("have the mean and the spread of their distributions", () => {
    const random = Random.of(11);
    const normals = Array.from({ length: 40_000 }, () => random.normal());
    const mean = normals.reduce((sum, x) => sum + x, 0) / normals.length;
    const variance = normals.reduce((sum, x) => sum + (x - mean) ** 2, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    const uniforms = Array.from({ length: 40_000 }, () => random.uniform());
    expect(Math.abs(uniforms.reduce((sum, x) => sum + x, 0) / uniforms.length - 0.5)).toBeLessThan(0.01);
    expect(uniforms.every((x) => x >= 0 && x < 1)).toBe(true);
  });
});

describe("eigenvalues", () => {
  it("put a symmetric matrix together again", () => {
    const random = Random.of(5);
    const half = Array.from({ length: 12 }, () => Array.from({ length: 12 }, () => random.normal()));
    const matrix = half.map((a) => half.map((b) => a.reduce((sum, x, k) => sum + x * (b[k] ?? 0), 0)));
    const { values, vectors } = eigen(matrix.flat(), 12);
    const rebuilt = (i: number, j: number) =>
      values.reduce((sum, value, k) => sum + value * (vectors[i * 12 + k] ?? 0) * (vectors[j * 12 + k] ?? 0), 0);
    for (const [i, row] of matrix.entries()) {
      for (const [j, value] of row.entries()) expect(Math.abs(rebuilt(i, j) - value)).toBeLessThan(1e-11);
    }
  });

  it("are those of a matrix with known ones", () => {
    const { values } = eigen([2, 1, 1, 2], 2);
    expect([...values].sort()).toEqual([expect.closeTo(1, 14), expect.closeTo(3, 14)]);
  });
});
