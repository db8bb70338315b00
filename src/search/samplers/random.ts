import { Random, type RandomState } from "../numbers/random";
import { type Parameter, type Point, pointOf, type Space, valueAt } from "../space/space";
import type { SamplerFactory } from "./sampler";

/** Points of a round, for those who try several at a time: drawn points depend on none. */
const ROUND = 16;

/** Every value as likely as every other, on the scale of its parameter. */
export function drawPoint(space: Space, random: Random): Point {
  return pointOf(space, (parameter) => drawValue(parameter, random));
}

export function drawValue(parameter: Parameter, random: Random): number {
  return parameter.kind === "choice" ? random.below(parameter.choices) : valueAt(parameter, random.uniform());
}

/** Random search: the yardstick of the others. */
export const randomSampler: SamplerFactory<"random"> = {
  id: "random",
  choices: true,
  manyObjectives: true,
  random: true,
  open({ space, seed }, resumed) {
    const random = resumed ? Random.from(resumed.state as unknown as RandomState) : Random.of(seed);
    let asked: readonly Point[] | undefined;
    let before = random.state;
    return {
      ask() {
        if (!asked) before = random.state;
        asked ??= Array.from({ length: ROUND }, () => drawPoint(space, random));
        return asked;
      },
      tell() {
        asked = undefined;
        before = random.state;
      },
      save: () => ({ ...before }) as never,
    };
  },
};
