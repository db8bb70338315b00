import { describe, expect, it } from "vitest";
import type { Parameter, Space } from "../../space/space";
import type { Told } from "../sampler";
import { kernelsOf } from "./kernels";
import { mixtureOf } from "./mixture";
import { splitTrials } from "./split";
import { tpeSampler } from "./tpe";

const UNIT: Parameter = { kind: "float", name: "x", low: 0, high: 1, log: false };
const INT: Parameter = { kind: "int", name: "k", low: 0, high: 10, log: false };
const LOG: Parameter = { kind: "float", name: "r", low: 1e-5, high: 1e-1, log: true };
const CHOICE: Parameter = { kind: "choice", name: "c", choices: 3 };

/** ln of the density over one parameter. */
function lnAt(parameter: Parameter, observed: readonly number[], value: number): number {
  return mixtureOf(
    [parameter],
    observed.map((each) => [each]),
  ).lnDensity([value]);
}

// Source of the values: reference/search.md 2.3, measured with Optuna 5.0.0.
describe("densities of TPE", () => {
  it.each([
    [0.1, -0.00347843],
    [0.45, 0.13953157],
    [0.99, -0.37917722],
  ])("of a number at %d", (value, expected) => {
    expect(lnAt(UNIT, [0.1, 0.4, 0.5, 0.9], value)).toBeCloseTo(expected, 7);
  });

  it.each([
    [0, -2.28225012],
    [3, -2.04751826],
    [10, -3.02411713],
  ])("of a whole number at %d", (value, expected) => {
    expect(lnAt(INT, [1, 3, 3, 8], value)).toBeCloseTo(expected, 7);
  });

  it("of a number on a log scale", () => {
    expect(lnAt(LOG, [1e-4, 1e-3, 3e-2], 1e-3)).toBeCloseTo(-2.0922839, 6);
  });

  it.each([
    [0, 1 / 3],
    [1, 0.19047619],
    [2, 0.47619048],
  ])("of choice %d", (value, expected) => {
    expect(Math.exp(lnAt(CHOICE, [0, 2, 2], value))).toBeCloseTo(expected, 7);
  });

  it("add up to one over all whole numbers", () => {
    let sum = 0;
    for (let k = 0; k <= 10; k++) sum += Math.exp(lnAt(INT, [1, 3, 3, 8], k));
    expect(sum).toBeCloseTo(1, 12);
  });

  it("have a kernel for each observation and one for what is not known", () => {
    expect(kernelsOf(UNIT, [0.1, 0.4]).count).toBe(3);
    expect(kernelsOf(CHOICE, []).count).toBe(1);
  });
});

describe("what TPE takes for good", () => {
  const of = (values: readonly (readonly number[])[], violation: readonly number[] = []): readonly Told[] =>
    values.map((each, k) => ({ point: [k], values: each, violation: violation[k] ?? 0 }));

  it("is the best tenth, rounded up, at most 25 of one objective", () => {
    const told = of(Array.from({ length: 40 }, (_, k) => [(k * 7) % 40]));
    expect(splitTrials(told, 1).good).toHaveLength(4);
    expect(splitTrials(of(Array.from({ length: 900 }, (_, k) => [k])), 1).good).toHaveLength(25);
    expect(
      splitTrials(told, 1)
        .good.map((k) => told[k]?.values?.[0])
        .sort(),
    ).toEqual([0, 1, 2, 3]);
  });

  it("is within its limits first, however good the others are", () => {
    const told = of([[5], [1], [2], [9]], [0, 0.5, 0.1, 0]);
    expect(splitTrials(told, 1).good).toEqual([0]);
    expect(splitTrials(of([[5], [1]], [2, 0.5]), 1).good).toEqual([1]);
  });

  it("is whole fronts of several objectives, then those that dominate most together", () => {
    const front = [
      [1, 5],
      [2, 3],
      [4, 2],
      [6, 1],
    ];
    const behind = Array.from({ length: 16 }, (_, k) => [10 + k, 10 + k]);
    const { good } = splitTrials(of([...front, ...behind]), 2);
    expect(good).toHaveLength(2);
    expect(good.every((k) => k < 4)).toBe(true);
  });
});

/** Tells a sampler what a function gives. */
function run(
  space: Space,
  f: (point: readonly (number | null)[]) => Omit<Told, "point">,
  trials: number,
  seed: number,
  settings = {},
) {
  const sampler = tpeSampler.open({ space, seed, objectives: 1, trials, anchors: [], settings });
  const told: Told[] = [];
  while (told.length < trials) {
    const round = sampler.ask().map((point) => ({ point, ...f(point) }));
    sampler.tell(round);
    told.push(...round);
  }
  return told;
}

const best = (told: readonly Told[]) =>
  told.reduce(
    (least, { values, violation }) => (violation > 0 ? least : Math.min(least, values?.[0] ?? least)),
    Number.POSITIVE_INFINITY,
  );
const median = (values: readonly number[]) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

describe("TPE", () => {
  const space: Space = [0, 1, 2, 3].map((k) => ({ kind: "float", name: `x${k}`, low: 0, high: 1, log: false }));
  const bowl = (point: readonly (number | null)[]) => ({
    values: [point.reduce<number>((sum, x, k) => sum + ((x ?? 0) - 0.2 - 0.15 * k) ** 2, 0)],
    violation: 0,
  });

  it.each([{}, { multivariate: false }, { population: 4 }])(
    "finds a minimum that chance does not, with %o",
    (settings) => {
      const seeds = Array.from({ length: 5 }, (_, seed) => seed);
      const learnt = median(seeds.map((seed) => best(run(space, bowl, 60, seed, settings))));
      const drawn = median(seeds.map((seed) => best(run(space, bowl, 60, seed, { startup: 1000 }))));
      expect(learnt).toBeLessThan(drawn / 3);
    },
  );

  it("keeps within a limit", () => {
    const told = run(
      space,
      (point) => ({ values: [-(point[0] ?? 0)], violation: Math.max(0, (point[0] ?? 0) - 0.5) }),
      80,
      2,
    );
    const late = told.slice(40).filter(({ violation }) => violation === 0);
    expect(late.length).toBeGreaterThan(10);
    expect(-best(told)).toBeGreaterThan(0.45);
  });

  it("sets what depends on a choice only where the choice was made, and learns of it from those alone", () => {
    const conditional: Space = [
      { kind: "choice", name: "method", choices: 2 },
      { kind: "float", name: "density", low: 0, high: 1, log: false, when: { parameter: 0, values: [1] } },
    ];
    const told = run(
      conditional,
      ([method, density]) => ({ values: [method === 1 ? ((density ?? 0) - 0.7) ** 2 : 0.5], violation: 0 }),
      60,
      3,
    );
    for (const { point } of told) expect(point[1] === null).toBe(point[0] === 0);
    expect(best(told)).toBeLessThan(0.001);
  });
});
