import { Random, type RandomState } from "../../numbers/random";
import { type Point, pointOf, type RangedParameter, type Space, unitOf, valueAt } from "../../space/space";
import { byWorth, type Json, type Sampler, type SamplerFactory, type SamplerOptions, type Told } from "../sampler";
import { defaultPopulation } from "./constants";
import { type Learner, type Learnt, learner, type Shape, widest } from "./distribution";
import { withMargin } from "./margin";

/** From so many dimensions on too few points are seen to learn more than variances. */
const SEPARABLE_FROM = 51;
/** First step with a known point to begin from, and without. Source: reference/search.md 5 and 3.1. */
const SIGMA_AT_ANCHOR = 0.15;
const SIGMA_AT_CENTRE = 1 / 6;
/** The mean begins so far from the ends of a range at least. */
const INSIDE = 0.1;
/** Draws until all coordinates are within their ranges; then what is outside is cut off. */
const TRIES = 100;
/** A smaller step is not seen in 16-bit weights: the search has come to rest. */
const RESTING = 1e-3;

/** Everything of a search between two generations; plain data. */
interface State {
  readonly learnt: Learnt;
  /** Of whole numbers: see `withMargin`. */
  readonly factors: readonly number[];
  readonly random: RandomState;
  readonly population: number;
  readonly restarts: number;
}

interface Drawn {
  readonly points: readonly Point[];
  /** y of each. */
  readonly steps: readonly (readonly number[])[];
  readonly learner: Learner;
  readonly shape: Shape;
  readonly after: RandomState;
}

/**
 * CMA-ES: a normal distribution that moves to where points are good and away from where they are bad. Active, within bounds by drawing again,
 * whole numbers with a margin, variances alone where there are many dimensions, restarts on wish.
 */
export const cmaesSampler: SamplerFactory<"cma-es"> = {
  id: "cma-es",
  choices: false,
  manyObjectives: false,
  random: true,
  open: (options, resumed) => new CmaEs(options, resumed ? (resumed.state as unknown as State) : beginning(options)),
};

class CmaEs implements Sampler {
  readonly #space: Space;
  readonly #ranges: readonly RangedParameter[];
  readonly #sigma: number;
  readonly #most: number;
  #state: State;
  #drawn: Drawn | undefined;

  constructor({ space, settings = {}, anchors }: SamplerOptions, state: State) {
    this.#space = space;
    this.#ranges = rangesOf(space);
    this.#sigma = settings.sigma ?? (anchors.length > 0 ? SIGMA_AT_ANCHOR : SIGMA_AT_CENTRE);
    this.#most = settings.restarts ?? 0;
    this.#state = state;
  }

  ask(): readonly Point[] {
    if (this.#rests()) return [];
    this.#drawn ??= this.#draw();
    return this.#drawn.points;
  }

  tell(round: readonly Told[]): void {
    const { steps, learner: rules, shape, after } = this.#drawn ?? this.#draw();
    const order = [...round.keys()].sort((a, b) => byWorth(round[a] ?? FAILED, round[b] ?? FAILED) || a - b);
    const ranked = order.map((k) => steps[k] ?? []);
    const next = rules.next(this.#state.learnt, shape, ranked);
    this.#drawn = undefined;
    this.#state = { ...this.#state, ...this.#withMargins(next), random: after };
    if (this.#rests() && this.#state.restarts < this.#most) this.#restart();
  }

  centre(): Point {
    const { mean } = this.#state.learnt;
    return pointOf(this.#space, (_, i) => valueAt(this.#ranges[i] ?? UNIT, mean[i] ?? 0));
  }

  save(): Json {
    return this.#state as unknown as Json;
  }

  #rules(): Learner {
    const n = this.#space.length;
    return learner(n, { population: this.#state.population, separable: n >= SEPARABLE_FROM });
  }

  #draw(): Drawn {
    const { learnt, factors, random: state, population } = this.#state;
    const random = Random.from(state);
    const rules = this.#rules();
    const shape = rules.shape(learnt);
    const steps = Array.from({ length: population }, () => this.#step(shape, random));
    const points = steps.map((step) =>
      pointOf(this.#space, (_, i) => {
        const away = learnt.sigma * (step[i] ?? 0) * (factors[i] ?? 1);
        return valueAt(this.#ranges[i] ?? UNIT, (learnt.mean[i] ?? 0) + away);
      }),
    );
    return { points, steps, learner: rules, shape, after: random.state };
  }

  /** One y, whose x is within the ranges; of whole numbers the last value stands for all beyond. */
  #step(shape: Shape, random: Random): readonly number[] {
    const { mean, sigma } = this.#state.learnt;
    const draw = () => shape.draw(this.#space.map(() => random.normal()));
    const inside = (step: readonly number[]) =>
      this.#space.every(({ kind }, i) => {
        const x = (mean[i] ?? 0) + sigma * (step[i] ?? 0);
        return kind === "int" || (x >= 0 && x <= 1);
      });
    let step = draw();
    for (let tries = 1; tries < TRIES && !inside(step); tries++) step = draw();
    return step.map((y, i) => {
      if (this.#space[i]?.kind === "int") return y;
      const m = mean[i] ?? 0;
      return (Math.min(1, Math.max(0, m + sigma * y)) - m) / sigma;
    });
  }

  #withMargins(learnt: Learnt): Pick<State, "learnt" | "factors"> {
    const { population, factors } = this.#state;
    const { deviations } = this.#rules().shape(learnt);
    const margin = 1 / (this.#space.length * population);
    const spread = this.#ranges.map((parameter, i) => {
      const now = { mean: learnt.mean[i] ?? 0, factor: factors[i] ?? 1 };
      if (parameter.kind !== "int") return now;
      return withMargin(now, bordersOf(parameter), learnt.sigma * (deviations[i] ?? 0), margin);
    });
    return { learnt: { ...learnt, mean: spread.map(({ mean }) => mean) }, factors: spread.map(({ factor }) => factor) };
  }

  #rests(): boolean {
    const { learnt } = this.#state;
    return learnt.sigma * widest(learnt) < RESTING;
  }

  /** From anywhere, with twice the population and the first step. */
  #restart(): void {
    const random = Random.from(this.#state.random);
    const population = 2 * this.#state.population;
    const mean = this.#space.map(() => random.uniform());
    this.#state = {
      ...this.#state,
      population,
      learnt: learner(mean.length, { population, separable: mean.length >= SEPARABLE_FROM }).begin(mean, this.#sigma),
      factors: mean.map(() => 1),
      restarts: this.#state.restarts + 1,
      random: random.state,
    };
  }
}

const UNIT: RangedParameter = { name: "", kind: "float", low: 0, high: 1, log: false };
const FAILED: Told = { point: [], violation: Number.POSITIVE_INFINITY };

/** The best anchor is the first mean, a little inside of the ranges. */
function beginning({ space, seed, settings = {}, anchors }: SamplerOptions): State {
  const ranges = rangesOf(space);
  const n = ranges.length;
  const best = anchors.toSorted(byWorth)[0];
  const mean = ranges.map((parameter, i) => {
    const value = best?.point[i];
    const unit = typeof value === "number" ? unitOf(parameter, value) : 0.5;
    return Math.min(1 - INSIDE, Math.max(INSIDE, unit));
  });
  const sigma = settings.sigma ?? (best ? SIGMA_AT_ANCHOR : SIGMA_AT_CENTRE);
  const population = Math.max(2, settings.population ?? defaultPopulation(n));
  return {
    learnt: learner(n, { population, separable: n >= SEPARABLE_FROM }).begin(mean, sigma),
    factors: mean.map(() => 1),
    random: Random.of(seed).state,
    population,
    restarts: 0,
  };
}

/** What is there only at times keeps its place all the same: it costs a dimension and harms nothing. */
function rangesOf(space: Space): readonly RangedParameter[] {
  return space.map((parameter) => {
    if (parameter.kind !== "choice") return parameter;
    throw new TypeError("A normal distribution has no choices.");
  });
}

/** On [0, 1], between the values of a whole number. */
function bordersOf(parameter: RangedParameter): readonly number[] {
  const { low, high } = parameter;
  return Array.from({ length: high - low }, (_, k) => unitOf(parameter, low + k + 0.5));
}
