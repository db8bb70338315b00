import { append } from "../../../base/lists";
import { Random, type RandomState } from "../../numbers/random";
import { isThere, type Parameter, type Point, type Space } from "../../space/space";
import { drawPoint } from "../random";
import type { Json, Sampler, SamplerFactory, SamplerOptions, Told } from "../sampler";
import { mixtureOf } from "./mixture";
import { splitTrials } from "./split";

/** Points before it learns, and candidates of each choice. Source: reference/search.md 2.3. */
const STARTUP = 10;
const CANDIDATES = 24;

/**
 * Tree-structured Parzen estimator: what good trials have in common is looked for more often than what bad ones have. One parameter at a
 * time, or all of those together that are there under the same condition.
 */
export const tpeSampler: SamplerFactory<"tpe"> = {
  id: "tpe",
  choices: true,
  manyObjectives: true,
  random: true,
  open: (options, resumed) => {
    const random = resumed ? Random.from(resumed.state as unknown as RandomState) : Random.of(options.seed);
    return new Tpe(options, random, resumed?.told ?? []);
  },
};

class Tpe implements Sampler {
  readonly #told: Told[];
  readonly #random: Random;
  readonly #groups: readonly (readonly number[])[];
  #asked: readonly Point[] | undefined;
  /** At the beginning of the round. */
  #before: RandomState;

  constructor(
    private readonly options: SamplerOptions,
    random: Random,
    told: readonly Told[],
  ) {
    this.#told = [...options.anchors, ...told];
    this.#random = random;
    this.#before = random.state;
    const { space, objectives, settings = {} } = options;
    this.#groups = (settings.multivariate ?? objectives === 1) ? together(space) : [...space.keys()].map((k) => [k]);
  }

  ask(): readonly Point[] {
    if (this.#asked) return this.#asked;
    const { settings = {} } = this.options;
    const points: Point[] = [];
    // What is being tried already counts as bad, so that the points of a round keep apart.
    for (let k = 0; k < (settings.population ?? 1); k++) points.push(this.#next(points));
    this.#asked = points;
    return points;
  }

  tell(round: readonly Told[]): void {
    append(this.#told, round);
    this.#asked = undefined;
    this.#before = this.#random.state;
  }

  save(): Json {
    return { ...this.#before } as unknown as Json;
  }

  #next(running: readonly Point[]): Point {
    const { space, objectives, settings = {} } = this.options;
    if (this.#told.length < (settings.startup ?? STARTUP)) return drawPoint(space, this.#random);
    const { good, bad } = splitTrials(this.#told, objectives);
    const pointAt = (k: number) => this.#told[k]?.point ?? [];
    const [goodPoints, badPoints] = [good.map(pointAt), [...bad.map(pointAt), ...running]];
    const point: (number | null)[] = space.map(() => null);
    for (const group of this.#groups) {
      const parameters = group.flatMap((k) => space[k] ?? []);
      const [first] = parameters;
      if (!first || !isThere(first, point)) continue;
      const values = this.#best(parameters, valuesOf(goodPoints, group), valuesOf(badPoints, group));
      for (const [at, k] of group.entries()) point[k] = values[at] ?? null;
    }
    return point;
  }

  /** Of some candidates from among the good the one that is likeliest there compared with the bad. */
  #best(
    parameters: readonly Parameter[],
    good: readonly (readonly number[])[],
    bad: readonly (readonly number[])[],
  ): readonly number[] {
    const [likely, unlikely] = [mixtureOf(parameters, good), mixtureOf(parameters, bad)];
    let best: { readonly values: readonly number[]; readonly worth: number } | undefined;
    for (let k = 0; k < CANDIDATES; k++) {
      const values = likely.draw(this.#random);
      const worth = likely.lnDensity(values) - unlikely.lnDensity(values);
      if (!best || worth > best.worth) best = { values, worth };
    }
    return best?.values ?? [];
  }
}

/** Values of those points that have all of a group. */
function valuesOf(points: readonly Point[], group: readonly number[]): readonly (readonly number[])[] {
  return points
    .map((point) => group.map((k) => point[k] ?? null))
    .filter((values): values is number[] => values.every((value) => value !== null));
}

/** Parameters that are there under the same condition, those without any first. */
function together(space: Space): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const [k, { when }] of space.entries()) {
    const key = JSON.stringify(when ?? null);
    const group = groups.get(key);
    if (group) group.push(k);
    else groups.set(key, [k]);
  }
  return [...groups.values()];
}
