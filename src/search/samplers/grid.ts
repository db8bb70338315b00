import { isThere, type Parameter, type Point, type Space, valueAt } from "../space/space";
import type { SamplerFactory, SamplerOptions } from "./sampler";

/** Points of a round. */
const ROUND = 16;

/** Every combination of evenly spread values: complete, and hopeless beyond three numbers. */
export const gridSampler: SamplerFactory<"grid"> = {
  id: "grid",
  choices: true,
  manyObjectives: true,
  random: false,
  open(options, resumed) {
    let at = resumed ? Number(resumed.state) : 0;
    const levels = levelsOf(options);
    return {
      ask: () => stretch(combinations(options.space, levels), at, at + ROUND),
      tell(round) {
        at += round.length;
      },
      save: () => at,
    };
  },
};

/** As many values of each number as the trials allow, two at least. */
function levelsOf({ space, trials, settings = {} }: SamplerOptions): (parameter: Parameter) => number {
  const numbers = space.filter(({ kind }) => kind !== "choice").length;
  const choices = space.reduce(
    (product, parameter) => product * (parameter.kind === "choice" ? parameter.choices : 1),
    1,
  );
  const each = settings.levels ?? Math.max(2, Math.floor((trials / choices) ** (1 / Math.max(1, numbers)) + 1e-9));
  return (parameter) => {
    if (parameter.kind === "choice") return parameter.choices;
    return parameter.kind === "int" ? Math.min(each, parameter.high - parameter.low + 1) : each;
  };
}

/** The last parameter changes first; one that is not there has one value, none. */
function* combinations(
  space: Space,
  levels: (parameter: Parameter) => number,
  before: Point = [],
): Generator<Point, void, undefined> {
  const parameter = space[before.length];
  if (!parameter) {
    yield before;
    return;
  }
  if (!isThere(parameter, before)) {
    yield* combinations(space, levels, [...before, null]);
    return;
  }
  const count = levels(parameter);
  for (let level = 0; level < count; level++) {
    yield* combinations(space, levels, [...before, levelAt(parameter, level, count)]);
  }
}

/** From one end of the range to the other. */
function levelAt(parameter: Parameter, level: number, count: number): number {
  if (parameter.kind === "choice") return level;
  const { kind, low, high, log } = parameter;
  const along = count > 1 ? level / (count - 1) : 0.5;
  if (kind === "int") return Math.round(log ? low * (high / low) ** along : low + along * (high - low));
  return valueAt(parameter, along);
}

function stretch<T>(items: Iterable<T>, from: number, to: number): readonly T[] {
  const found: T[] = [];
  let at = 0;
  for (const item of items) {
    if (at >= to) break;
    if (at++ >= from) found.push(item);
  }
  return found;
}
