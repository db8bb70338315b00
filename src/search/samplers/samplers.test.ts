import { describe, expect, it } from "vitest";
import { hypervolume } from "../fronts/hypervolume";
import { Random } from "../numbers/random";
import type { Point, Space } from "../space/space";
import { gridSampler } from "./grid";
import { nsgaSampler } from "./nsga";
import { randomSampler } from "./random";
import { SAMPLERS } from "./registry";
import type { SamplerFactory, SamplerOptions, Told } from "./sampler";

const NUMBERS: Space = [
  { kind: "float", name: "a", low: -1, high: 1, log: false },
  { kind: "float", name: "b", low: 1e-3, high: 1, log: true },
  { kind: "int", name: "c", low: 1, high: 6, log: false },
];
const CHOICES: Space = [
  { kind: "choice", name: "method", choices: 3 },
  { kind: "float", name: "density", low: 0, high: 1, log: false, when: { parameter: 0, values: [1, 2] } },
  ...NUMBERS,
];

const spaceFor = ({ choices }: SamplerFactory) => (choices ? CHOICES : NUMBERS);

/** Something to minimise that uses all there is; a corner fails, a side is over its limit. */
function judge(point: Point, objectives: number): Told {
  const [a = 0, b = 0] = point.slice(-3).map((value) => value ?? 0);
  if (a > 0.9) return { point, violation: Number.POSITIVE_INFINITY };
  const values = [a * a + Math.abs(Math.log(b)), Math.abs(a - 0.5) + b].slice(0, objectives);
  return { point, values, violation: Math.max(0, 0.002 - b) };
}

describe.each(SAMPLERS)("sampler $id", (factory) => {
  const options: SamplerOptions = { space: spaceFor(factory), seed: 5, objectives: 1, trials: 48, anchors: [] };

  it("asks for nothing outside of its space", () => {
    const sampler = factory.open(options);
    for (let k = 0; k < 4; k++) {
      const points = sampler.ask();
      for (const point of points) {
        for (const [at, parameter] of options.space.entries()) {
          const value = point[at];
          const { when } = parameter;
          if (when && !when.values.includes(Number(point[when.parameter]))) {
            expect(value).toBeNull();
          } else if (parameter.kind === "choice") {
            expect([0, 1, 2]).toContain(value);
          } else {
            expect(value).toBeGreaterThanOrEqual(parameter.low);
            expect(value).toBeLessThanOrEqual(parameter.high);
            if (parameter.kind === "int") expect(Number.isInteger(value)).toBe(true);
          }
        }
      }
      sampler.tell(points.map((point) => judge(point, 1)));
    }
  });

  it("gives the same points when it is taken up again after any round", () => {
    const rounds: (readonly Told[])[] = [];
    const states: string[] = [];
    const undisturbed = factory.open(options);
    for (let k = 0; k < 6; k++) {
      states.push(JSON.stringify(undisturbed.save()));
      const round = undisturbed.ask().map((point) => judge(point, 1));
      expect(JSON.stringify(undisturbed.save())).toBe(states[k]); // asking changes nothing that is kept
      undisturbed.tell(round);
      rounds.push(round);
    }
    for (const [k, state] of states.entries()) {
      const again = factory.open(options, {
        state: JSON.parse(state),
        told: JSON.parse(JSON.stringify(rounds.slice(0, k).flat())),
      });
      for (const round of rounds.slice(k)) {
        expect(again.ask()).toEqual(round.map(({ point }) => point));
        again.tell(round);
      }
    }
  });

  it("gives other points for another seed, if it draws any", () => {
    const of = (seed: number) => JSON.stringify(factory.open({ ...options, seed }).ask());
    expect(of(1) === of(2)).toBe(!factory.random);
  });
});

describe("grid", () => {
  const all = (options: Partial<SamplerOptions>) => {
    const sampler = gridSampler.open({ space: NUMBERS, seed: 0, objectives: 1, trials: 27, anchors: [], ...options });
    const found: Point[] = [];
    for (let round = sampler.ask(); round.length > 0; round = sampler.ask()) {
      found.push(...round);
      sampler.tell(round.map((point) => judge(point, 1)));
    }
    return found;
  };

  it("is every combination once, from end to end, and then ends", () => {
    const found = all({});
    expect(found).toHaveLength(27);
    expect(new Set(found.map((point) => point.join())).size).toBe(27);
    expect(found[0]).toEqual([-1, expect.closeTo(1e-3, 12), 1]);
    expect(found[26]).toEqual([1, 1, 6]);
    expect(found.map(([, b]) => b)).toContainEqual(expect.closeTo(Math.sqrt(1e-3), 12));
  });

  it("tries what depends on a choice only where it is made", () => {
    const found = all({ space: CHOICES.slice(0, 2), settings: { levels: 4 } });
    expect(found).toHaveLength(1 + 4 + 4);
  });

  it("has no more values of a whole number than there are", () => {
    expect(all({ space: NUMBERS.slice(2), settings: { levels: 50 } }).map(([c]) => c)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("NSGA-II", () => {
  const space: Space = Array.from({ length: 6 }, (_, k) => ({
    kind: "float",
    name: `x${k}`,
    low: 0,
    high: 1,
    log: false,
  }));
  /** ZDT1: the front is f2 = 1 - sqrt(f1), where all but the first are 0. */
  const zdt = (point: Point): Told => {
    const [first = 0, ...rest] = point.map((value) => value ?? 0);
    const g = 1 + (9 * rest.reduce((sum, x) => sum + x, 0)) / rest.length;
    return { point, values: [first, g * (1 - Math.sqrt(first / g))], violation: 0 };
  };
  const volume = (factory: SamplerFactory, seed: number, f = zdt) => {
    const sampler = factory.open({
      space,
      seed,
      objectives: 2,
      trials: 400,
      anchors: [],
      settings: { population: 20 },
    });
    const told: Told[] = [];
    while (told.length < 400) {
      const round = sampler.ask().map(f);
      sampler.tell(round);
      told.push(...round);
    }
    const within = told.filter(({ violation }) => violation <= 0).map(({ values = [] }) => values);
    return { volume: hypervolume(within, [1.1, 6]), told };
  };

  it("dominates more than chance does", () => {
    for (const seed of [1, 2, 3])
      expect(volume(nsgaSampler, seed).volume).toBeGreaterThan(volume(randomSampler, seed).volume + 0.3);
  });

  it("leaves what is over its limit behind", () => {
    const limited = (point: Point): Told => ({ ...zdt(point), violation: Math.max(0, 0.5 - (point[0] ?? 0)) });
    const { told } = volume(nsgaSampler, 4, limited);
    const share = (part: readonly Told[]) => part.filter(({ violation }) => violation > 0).length / part.length;
    expect(share(told.slice(-100))).toBeLessThan(share(told.slice(0, 20)));
    expect(share(told.slice(-100))).toBeLessThan(0.2);
  });

  it("tries nothing twice", () => {
    const { told } = volume(nsgaSampler, 5);
    expect(new Set(told.map(({ point }) => point.join())).size).toBe(told.length);
  });

  it("takes anchors into its first parents", () => {
    const anchors = [zdt([0.5, 0, 0, 0, 0, 0])];
    const sampler = nsgaSampler.open({ space, seed: 1, objectives: 2, trials: 100, anchors });
    sampler.tell(sampler.ask().map(zdt));
    expect(JSON.stringify(sampler.save())).toContain(JSON.stringify(anchors[0]?.point));
  });
});

it("a drawn number on a log scale is as likely in every decade", () => {
  const sampler = randomSampler.open({ space: NUMBERS, seed: 9, objectives: 1, trials: 1, anchors: [] });
  const drawn: number[] = [];
  while (drawn.length < 3000) {
    const round = sampler.ask();
    drawn.push(...round.map((point) => Number(point[1])));
    sampler.tell(round.map((point) => judge(point, 1)));
  }
  for (const low of [1e-3, 1e-2, 1e-1]) {
    const share = drawn.filter((value) => value >= low && value < 10 * low).length / drawn.length;
    expect(Math.abs(share - 1 / 3)).toBeLessThan(0.04);
  }
  expect(Random.of(1).below(1)).toBe(0);
});
