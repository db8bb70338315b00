import { crowdingOf } from "../fronts/crowding";
import { dominates, lexically, ranksIn } from "../fronts/dominance";
import { Random, type RandomState } from "../numbers/random";
import { type Parameter, type Point, pointOf, type RangedParameter, samePoint, unitOf, valueAt } from "../space/space";
import { drawPoint, drawValue } from "./random";
import type { Json, Sampler, SamplerFactory, SamplerOptions, Told } from "./sampler";

/** Source: Deb and others 2002, with the distribution indices of reference/search.md 2.2. */
const CROSSOVER = 0.9;
const CROSSOVER_INDEX = 15;
const MUTATION_INDEX = 20;
/** Tries for a child that was not there before. */
const TRIES = 20;

interface State {
  readonly random: RandomState;
  readonly parents: readonly Told[];
}

/**
 * NSGA-II: a population whose best fronts have children. Who is within all limits comes before who is not; of those beyond the one by less.
 */
export const nsgaSampler: SamplerFactory<"nsga-ii"> = {
  id: "nsga-ii",
  choices: true,
  manyObjectives: true,
  random: true,
  open: (options, resumed) =>
    new Nsga(
      options,
      resumed ? (resumed.state as unknown as State) : { random: Random.of(options.seed).state, parents: [] },
    ),
};

class Nsga implements Sampler {
  readonly #size: number;
  #state: State;
  #asked: { readonly points: readonly Point[]; readonly after: RandomState } | undefined;

  constructor(
    private readonly options: SamplerOptions,
    state: State,
  ) {
    const { trials, settings = {} } = options;
    this.#size = settings.population ?? Math.max(8, Math.min(20, Math.floor(trials / 5)));
    this.#state = state;
  }

  ask(): readonly Point[] {
    this.#asked ??= this.#generation();
    return this.#asked.points;
  }

  tell(round: readonly Told[]): void {
    const { after } = this.#asked ?? this.#generation();
    const before = this.#state.parents.length > 0 ? this.#state.parents : this.options.anchors;
    this.#state = { random: after, parents: elite([...before, ...round], this.#size) };
    this.#asked = undefined;
  }

  save(): Json {
    return this.#state as unknown as Json;
  }

  #generation(): { readonly points: readonly Point[]; readonly after: RandomState } {
    const random = Random.from(this.#state.random);
    const { space } = this.options;
    const { parents } = this.#state;
    const standing = standingsOf(parents);
    const known = parents.map(({ point }) => point);
    const points: Point[] = [];
    while (points.length < this.#size) {
      const draw = () => (parents.length < 2 ? drawPoint(space, random) : this.#child(parents, standing, random));
      const isKnown = (point: Point) => [...known, ...points].some((other) => samePoint(other, point));
      let child = draw();
      for (let tries = 1; tries < TRIES && isKnown(child); tries++) child = draw();
      points.push(child);
    }
    return { points, after: random.state };
  }

  #child(parents: readonly Told[], standing: readonly Standing[], random: Random): Point {
    const { space } = this.options;
    const a = tournament(standing, random);
    let b = tournament(standing, random);
    for (let tries = 1; tries < TRIES && b === a; tries++) b = tournament(standing, random);
    const [mother, father] = [parents[a]?.point ?? [], parents[b]?.point ?? []];
    const crossed = random.uniform() < CROSSOVER;
    return pointOf(space, (parameter, k) => {
      const [x, y] = [mother[k] ?? null, father[k] ?? null];
      const value = crossed ? cross(parameter, x, y, random) : x;
      if (value === null) return drawValue(parameter, random); // neither has it: its condition holds for the first time
      return random.uniform() < 1 / space.length ? mutate(parameter, value, random) : value;
    });
  }
}

interface Standing {
  readonly rank: number;
  readonly crowding: number;
}

/** Rank by constraint domination, and the room within the front. */
function standingsOf(told: readonly Told[]): readonly Standing[] {
  const ranks = ranksIn(told.length, {
    over: (a, b) => ahead(told[a], told[b]),
    compare: (a, b) => beforehand(told[a], told[b]),
  });
  const standings = told.map((_, k) => ({ rank: ranks[k] ?? 0, crowding: 0 }));
  for (const rank of new Set(ranks)) {
    const front = [...told.keys()].filter((k) => ranks[k] === rank);
    const crowding = crowdingOf(front.map((k) => told[k]?.values ?? []));
    for (const [at, k] of front.entries()) standings[k] = { rank, crowding: crowding[at] ?? 0 };
  }
  return standings;
}

/** What keeps a trial from competing: nothing, or by how much it is beyond its limits. */
function beyond({ values, violation }: Told): number {
  return violation <= 0 && values !== undefined ? 0 : Math.max(violation, Number.MIN_VALUE);
}

function ahead(a: Told | undefined, b: Told | undefined): boolean {
  if (!a || !b) return false;
  if (beyond(a) === 0 && beyond(b) === 0) return dominates(a.values ?? [], b.values ?? []);
  return beyond(a) < beyond(b);
}

function beforehand(a: Told | undefined, b: Told | undefined): number {
  if (!a || !b) return 0;
  const [first, second] = [beyond(a), beyond(b)];
  return first === second ? lexically(a.values ?? [], b.values ?? []) : first < second ? -1 : 1;
}

/** The best fronts; of the one that does not fit those with the most room. */
function elite(told: readonly Told[], size: number): readonly Told[] {
  const standing = standingsOf(told);
  return [...told.keys()]
    .sort((a, b) => compare(standing[a], standing[b]) || a - b)
    .slice(0, size)
    .flatMap((k) => told[k] ?? []);
}

function compare(a: Standing | undefined, b: Standing | undefined): number {
  if (!a || !b) return 0;
  return a.rank - b.rank || (a.crowding > b.crowding ? -1 : a.crowding < b.crowding ? 1 : 0);
}

function tournament(standing: readonly Standing[], random: Random): number {
  const [a, b] = [random.below(standing.length), random.below(standing.length)];
  return compare(standing[a], standing[b]) <= 0 ? a : b;
}

/** Numbers by simulated binary crossover, choices by a coin. */
function cross(parameter: Parameter, x: number | null, y: number | null, random: Random): number | null {
  if (x === null || y === null || parameter.kind === "choice" || random.uniform() < 0.5) {
    return random.uniform() < 0.5 ? (x ?? y) : (y ?? x);
  }
  const [a, b] = [unitOf(parameter, x), unitOf(parameter, y)];
  const u = random.uniform();
  const beta = u <= 0.5 ? (2 * u) ** (1 / (CROSSOVER_INDEX + 1)) : (1 / (2 - 2 * u)) ** (1 / (CROSSOVER_INDEX + 1));
  const side = random.uniform() < 0.5 ? 1 : -1;
  return valueAt(parameter, (a + b - side * beta * (b - a)) / 2);
}

/** Numbers by polynomial mutation, choices drawn anew. */
function mutate(parameter: Parameter, value: number, random: Random): number {
  if (parameter.kind === "choice") return random.below(parameter.choices);
  const unit = unitOf(parameter, value);
  const moved = valueAt(parameter, unit + polynomial(unit, random));
  return moved === value && parameter.kind === "int" ? neighbour(parameter, value, random) : moved;
}

function polynomial(unit: number, random: Random): number {
  const u = random.uniform();
  const power = 1 / (MUTATION_INDEX + 1);
  if (u < 0.5) return (2 * u + (1 - 2 * u) * (1 - unit) ** (MUTATION_INDEX + 1)) ** power - 1;
  return 1 - (2 * (1 - u) + (2 * u - 1) * unit ** (MUTATION_INDEX + 1)) ** power;
}

/** A step of a whole number is wider than most mutations. */
function neighbour({ low, high }: RangedParameter, value: number, random: Random): number {
  const moved = value + (random.uniform() < 0.5 ? -1 : 1);
  return moved < low ? Math.min(high, low + 1) : moved > high ? Math.max(low, high - 1) : moved;
}
