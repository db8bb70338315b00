import { describe, expect, it } from "vitest";
import { Random } from "../numbers/random";
import { crowdingOf } from "./crowding";
import { dominates, frontOf, ranksOf } from "./dominance";
import { hypervolume, referenceOf, widestOf } from "./hypervolume";

const POINTS = [
  [1, 5],
  [2, 3],
  [4, 2],
  [6, 1],
  [5, 5],
];
const REFERENCE = [7, 6];

// Source of the values: reference/search.md 2.1, measured with Optuna 5.0.0.
describe("fronts of several objectives", () => {
  it("rank trials by who dominates whom", () => {
    expect(ranksOf(POINTS)).toEqual([0, 0, 0, 0, 1]);
    expect(frontOf(POINTS)).toEqual([0, 1, 2, 3]);
  });

  it("hold equal trials side by side", () => {
    expect(dominates([1, 1], [1, 1])).toBe(false);
    expect(
      ranksOf([
        [1, 1],
        [1, 1],
        [2, 2],
      ]),
    ).toEqual([0, 0, 1]);
  });

  it("measure the volume that they dominate", () => {
    expect(hypervolume(POINTS, REFERENCE)).toBe(20);
    expect(
      hypervolume(
        [
          [1, 2, 3],
          [2, 1, 3],
          [3, 3, 1],
        ],
        [4, 4, 4],
      ),
    ).toBe(10);
    expect(hypervolume([[8, 1]], REFERENCE)).toBe(0);
    expect(hypervolume([], REFERENCE)).toBe(0);
  });

  it("measure the room around each of their trials", () => {
    const crowding = crowdingOf(POINTS.slice(0, 4));
    expect(crowding[0]).toBe(Number.POSITIVE_INFINITY);
    expect(crowding[1]).toBeCloseTo(1.35, 12);
    expect(crowding[2]).toBeCloseTo(1.3, 12);
    expect(crowding[3]).toBe(Number.POSITIVE_INFINITY);
    expect(
      crowdingOf([
        [1, 3],
        [2, 3],
        [3, 3],
      ])[1],
    ).toBe(1); // the second objective says nothing
  });

  it("choose the few that dominate most together", () => {
    expect(widestOf(POINTS.slice(0, 4), 2, REFERENCE)).toEqual([1, 2]);
    expect(
      referenceOf([
        [10, -1],
        [5, -2],
      ]),
    ).toEqual([11, -0.9]);
    expect(referenceOf([[0, 1]])).toEqual([1e-12, 1.1]);
  });

  it("are the same by three ways of three objectives", () => {
    const random = Random.of(1);
    const points = Array.from({ length: 8 }, () => [random.uniform(), random.uniform(), random.uniform()]);
    let inside = 0;
    const probes = 40_000;
    for (let k = 0; k < probes; k++) {
      const probe = [random.uniform(), random.uniform(), random.uniform()];
      if (points.some((point) => point.every((value, j) => value <= (probe[j] ?? 0)))) inside++;
    }
    expect(Math.abs(hypervolume(points, [1, 1, 1]) - inside / probes)).toBeLessThan(0.01);
  });

  it("rank ten thousand trials without delay for a person", () => {
    const random = Random.of(2);
    const many = Array.from({ length: 10_000 }, () => [random.uniform(), random.uniform()]);
    const ranks = ranksOf(many);
    for (const k of [0, 500, 9999]) {
      const over = many.flatMap((other, at) => (dominates(other, many[k] ?? []) ? [ranks[at] ?? 0] : []));
      expect(ranks[k]).toBe(over.length === 0 ? 0 : 1 + over.reduce((a, b) => Math.max(a, b), 0));
    }
  });
});
