import { describe, expect, it } from "vitest";
import { normalBelow } from "../../numbers/normal";
import { Random } from "../../numbers/random";
import type { Space } from "../../space/space";
import type { Told } from "../sampler";
import { cmaesSampler } from "./cmaes";
import { constantsOf, defaultPopulation } from "./constants";
import { learner } from "./distribution";
import { withMargin } from "./margin";

// Sources of all expected values: reference/search.md 1.1, 1.9 and 1.10.
describe("constants of CMA-ES", () => {
  it.each([
    [2, 6, 2.028611, 0.446205, 1.446205, 0.624555, 0.154815, 0.085593, 1.254273],
    [5, 8, 2.600179, 0.365088, 1.365088, 0.4502, 0.047292, 0.047859, 2.128524],
    [10, 10, 3.167299, 0.284429, 1.284429, 0.29499, 0.015284, 0.023552, 3.084727],
    [20, 12, 3.729459, 0.199428, 1.199428, 0.171767, 0.004372, 0.009217, 4.416767],
    [40, 15, 4.540915, 0.132031, 1.132031, 0.093009, 0.001169, 0.003405, 6.285215],
  ])("are those of the tables for %d dimensions", (n, population, ...expected) => {
    const { muEff, cSigma, dSigma, cC, c1, cMu, chiN } = constantsOf(n);
    expect(defaultPopulation(n)).toBe(population);
    for (const [k, found] of [muEff, cSigma, dSigma, cC, c1, cMu, chiN].entries()) {
      expect(found).toBeCloseTo(expected[k] ?? Number.NaN, 6);
    }
  });

  it("weigh the worse half negatively, so that nothing decays", () => {
    const { weights, c1, cMu } = constantsOf(10);
    const expected = [
      0.456273, 0.270753, 0.162231, 0.085234, 0.02551, -0.080013, -0.221764, -0.344555, -0.452864, -0.54975,
    ];
    for (const [k, weight] of weights.entries()) expect(weight).toBeCloseTo(expected[k] ?? Number.NaN, 6);
    const sum = weights.reduce((a, b) => a + b, 0);
    expect(sum).toBeCloseTo(-0.648946, 6);
    expect(c1 + cMu * sum).toBeCloseTo(0, 15);
  });
});

describe("generations without random numbers", () => {
  const rules = learner(3, { population: 7 });
  const f = (x: readonly number[]) => x.reduce((sum, value, i) => sum + 10 ** (2 * i) * value * value, 0);
  let learnt = rules.begin([1, 2, 3], 0.5);
  let path = 0;

  it.each([
    [1, [0, 6, 1, 5, 2, 4, 3], 61563.676754359, [0.674976663, 2.358843291, 2.614519007], 0.491839754, 1.507269111],
    [2, [1, 2, 0, 3, 4, 5, 6], 38642.496700575, [0.108185026, 2.955078861, 2.000773163], 0.702410176, 3.537503249],
    [3, [3, 4, 2, 5, 1, 6, 0], 12767.285341844, [-0.715645736, 3.812383964, 1.127152685], 1.253513789, 4.750916893],
  ])("generation %d is that of the fixture", (g, order, best, mean, sigma, length) => {
    const shape = rules.shape(learnt);
    const steps = Array.from({ length: 7 }, (_, k) =>
      shape.draw([0, 1, 2].map((i) => Math.SQRT2 * Math.sin(1 + 7 * k + 3 * i + 11 * g))),
    );
    const values = steps.map((y) => f(y.map((value, i) => (learnt.mean[i] ?? 0) + learnt.sigma * value)));
    const ranked = [...values.keys()].sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
    expect(ranked).toEqual(order);
    expect(values[ranked[0] ?? 0]).toBeCloseTo(best, 5);
    learnt = rules.next(
      learnt,
      shape,
      ranked.map((k) => steps[k] ?? []),
    );
    path = Math.hypot(...learnt.pathSigma);
    for (const [i, m] of learnt.mean.entries()) expect(m).toBeCloseTo(mean[i] ?? Number.NaN, 8);
    expect(learnt.sigma).toBeCloseTo(sigma, 8);
    expect(path).toBeCloseTo(length, 8);
  });

  it("end with the covariance and the path of the fixture", () => {
    const upper = [0, 1, 2, 4, 5, 8].map((at) => learnt.covariance[at]);
    const expected = [0.971274564, 0.084964292, -0.007248841, 1.072821157, 0.032711345, 1.074734615];
    for (const [k, value] of upper.entries()) expect(value).toBeCloseTo(expected[k] ?? Number.NaN, 8);
    for (const [k, value] of [-0.17051361, 0.18825622, -0.202230881].entries()) {
      expect(learnt.pathC[k]).toBeCloseTo(value, 8);
    }
  });
});

type Objective = (x: readonly number[]) => number;
const sphere: Objective = (x) => x.reduce((sum, value) => sum + value * value, 0);
const ellipsoid: Objective = (x) =>
  x.reduce((sum, value, i) => sum + 10 ** ((6 * i) / (x.length - 1)) * value * value, 0);
const rosenbrock: Objective = (x) =>
  x.slice(1).reduce((sum, value, i) => {
    const before = x[i] ?? 0;
    return sum + 100 * (value - before * before) ** 2 + (1 - before) ** 2;
  }, 0);

/** Median over 21 seeds of the evaluations until 1e-10 is reached. */
function evaluations(f: Objective, start: number, options: Parameters<typeof learner>[1] = {}): number {
  const counts = Array.from({ length: 21 }, (_, seed) => {
    const rules = learner(10, options);
    const random = Random.of(seed);
    let learnt = rules.begin(
      Array.from({ length: 10 }, () => start),
      0.3,
    );
    for (let done = 1; done < 30_000; ) {
      const shape = rules.shape(learnt);
      const points = Array.from({ length: rules.constants.population }, () => {
        const y = shape.draw(learnt.mean.map(() => random.normal()));
        return { y, value: f(y.map((each, i) => (learnt.mean[i] ?? 0) + learnt.sigma * each)) };
      });
      for (const { value } of points) {
        if (value <= 1e-10) return done;
        done++;
      }
      points.sort((a, b) => a.value - b.value);
      learnt = rules.next(
        learnt,
        shape,
        points.map(({ y }) => y),
      );
    }
    return Number.POSITIVE_INFINITY;
  });
  return counts.sort((a, b) => a - b)[10] ?? Number.NaN;
}

describe("evaluations in ten dimensions", () => {
  let active = Number.NaN;

  it.each([
    ["sphere", sphere, 0.5, 1551],
    ["ellipsoid", ellipsoid, 0.5, 4167],
    ["Rosenbrock", rosenbrock, 0, 5308],
  ] as const)("%s: within a tenth of the reference", (_, f, start, expected) => {
    const found = evaluations(f, start);
    if (f === ellipsoid) active = found;
    expect(Math.abs(found / expected - 1)).toBeLessThan(0.1);
  });

  it("rise by a third to a half where what failed teaches nothing", () => {
    const rise = evaluations(ellipsoid, 0.5, { active: false }) / active;
    expect(rise).toBeGreaterThan(1.3);
    expect(rise).toBeLessThan(1.45);
  });

  it.each([
    ["sphere", sphere, 1336],
    ["ellipsoid", ellipsoid, 2752],
  ] as const)("of variances alone, %s: within a tenth of the reference", (_, f, expected) => {
    expect(Math.abs(evaluations(f, 0.5, { separable: true }) / expected - 1)).toBeLessThan(0.1);
  });
});

describe("a whole number's margin", () => {
  const borders = [0.25, 0.5, 0.75];
  const inCell = ({ mean, factor }: { mean: number; factor: number }, low: number, up: number, deviation: number) => {
    const at = (border: number) => normalBelow((border - mean) / (deviation * factor));
    return [at(low), 1 - at(up)] as const;
  };

  it("keeps both neighbours likely enough when the spread has shrunk", () => {
    const kept = withMargin({ mean: 0.4, factor: 1 }, borders, 0.001, 0.1);
    const [below, above] = inCell(kept, 0.25, 0.5, 0.001);
    expect(below).toBeCloseTo(0.05, 6);
    expect(above).toBeCloseTo(0.05, 6);
  });

  it("changes nothing where they are likely already", () => {
    const kept = withMargin({ mean: 0.4, factor: 1 }, borders, 0.2, 0.02);
    expect(kept.mean).toBeCloseTo(0.4, 9);
    expect(kept.factor).toBeCloseTo(1, 9);
  });

  it("keeps the one neighbour of the first and of the last value likely", () => {
    const first = withMargin({ mean: 0.1, factor: 1 }, borders, 0.001, 0.1);
    expect(1 - normalBelow((0.25 - first.mean) / 0.001)).toBeCloseTo(0.1, 6);
    const last = withMargin({ mean: 0.99, factor: 1 }, borders, 0.001, 0.1);
    expect(normalBelow((0.75 - last.mean) / 0.001)).toBeCloseTo(0.1, 6);
  });

  it("lets CMA-ES leave a value that it was all but settled on", () => {
    const space: Space = [
      { kind: "int", name: "k", low: 0, high: 10, log: false },
      { kind: "float", name: "x", low: 0, high: 1, log: false },
    ];
    // Only x matters at first, then k: 9 is best.
    const f = ([k, x]: readonly (number | null)[]) => ((k ?? 0) - 9) ** 2 / 1e4 + ((x ?? 0) - 0.3) ** 2;
    const sampler = cmaesSampler.open({ space, seed: 1, objectives: 1, trials: 600, anchors: [] });
    let best = Number.POSITIVE_INFINITY;
    for (let done = 0; done < 600 && sampler.ask().length > 0; ) {
      const round = sampler.ask().map((point): Told => ({ point, values: [f(point)], violation: 0 }));
      for (const { values = [] } of round) best = Math.min(best, values[0] ?? best);
      done += round.length;
      sampler.tell(round);
    }
    expect(best).toBeLessThan(1e-4);
  });
});

describe("CMA-ES within bounds", () => {
  const space: Space = [
    { kind: "float", name: "a", low: 0, high: 1.5, log: false },
    { kind: "float", name: "b", low: 1e-3, high: 1, log: true },
  ];
  const run = (f: (point: readonly (number | null)[]) => Told, options: object = {}, rounds = 30) => {
    const sampler = cmaesSampler.open({ space, seed: 4, objectives: 1, trials: 200, anchors: [], ...options });
    const told: Told[] = [];
    for (let k = 0; k < rounds; k++) {
      const round = sampler.ask().map(f);
      if (round.length === 0) break;
      sampler.tell(round);
      told.push(...round);
    }
    return told;
  };

  it("reaches an optimum on the edge and asks for nothing outside", () => {
    const told = run((point) => ({ point, values: [-(point[0] ?? 0) - Math.log(point[1] ?? 1)], violation: 0 }));
    const best = told.reduce((a, b) => ((a.values?.[0] ?? 0) <= (b.values?.[0] ?? 0) ? a : b));
    expect(best.point[0]).toBeGreaterThan(1.49);
    expect(best.point[1]).toBeGreaterThan(0.97);
    for (const { point } of told) {
      expect(point[0]).toBeGreaterThanOrEqual(0);
      expect(point[0]).toBeLessThanOrEqual(1.5);
      expect(point[1]).toBeGreaterThanOrEqual(1e-3);
      expect(point[1]).toBeLessThanOrEqual(1);
    }
  });

  it("moves away from what failed and from what is over its limit", () => {
    const told = run((point) =>
      (point[0] ?? 0) < 0.5
        ? { point, violation: Number.POSITIVE_INFINITY }
        : { point, values: [point[0] ?? 0], violation: Math.max(0, 1 - (point[0] ?? 0)) },
    );
    const end = told.slice(-12).map(({ point }) => point[0] ?? 0);
    expect(end.every((a) => a > 0.9 && a < 1.2)).toBe(true);
  });

  it("begins at the best anchor, a little inside", () => {
    const anchors = [
      { point: [0, 1], values: [2], violation: 0 },
      { point: [1.5, 1], values: [1], violation: 0 },
    ];
    const told = run((point) => ({ point, values: [0], violation: 0 }), { anchors, settings: { population: 200 } }, 1);
    const mean = told.reduce((sum, { point }) => sum + (point[0] ?? 0), 0) / told.length;
    expect(mean).toBeGreaterThan(1.2);
    expect(mean).toBeLessThan(1.45);
  });

  it("comes to rest, or begins anew with twice the population where it was told to", () => {
    const f = (point: readonly (number | null)[]): Told => ({
      point,
      values: [sphere([(point[0] ?? 0) - 1])],
      violation: 0,
    });
    const resting = run(f, {}, 300);
    const restarted = run(f, { settings: { restarts: 1 } }, 300);
    expect(resting.length).toBeLessThan(600);
    expect(restarted.length).toBeGreaterThan(resting.length);
  });
});
