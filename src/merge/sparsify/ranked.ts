import type { ParameterFacts } from "../../recipe/facts";
import { arithmetic } from "../arithmetic";
import { finding } from "../facts/findings";
import { DENSITY } from "../facts/parameters";
import { defineSparsifier } from "./sparsifier";

const EPSILON = { kind: "number", default: 0.15, range: [0, 0.5], step: 0.01 } as const satisfies ParameterFacts;

export const DELLA_PAPER = {
  title: "DELLA-Merging: Reducing Interference in Model Merging through Magnitude-Based Sampling",
  url: "https://arxiv.org/abs/2406.11617",
};

/**
 * Keeps each element with a probability that rises with its rank in its row (MagPrune): `density − epsilon` for the smallest, `density +
 * epsilon` for the largest, `density` on the whole. Draws are keyed as those of `keepRandom`. The only element of a row is kept with
 * probability `density`: mergekit fails there.
 */
export const keepRanked = defineSparsifier({
  parameters: { density: DENSITY, epsilon: EPSILON },

  keepsAll: ({ density }) => density >= 1,

  check({ density, epsilon }) {
    if (density < 0) return [finding("error", "density", "merge/density-negative", { density })];
    if (density >= 1 || density <= 0 || (density + epsilon < 1 && density - epsilon > 0)) return [];
    const [least, most] = [short(density - epsilon), short(density + epsilon)];
    const needed = short(Math.min(density, 1 - density));
    return [finding("error", "epsilon", "merge/epsilon-leaves-range", { density, epsilon, least, most, needed })];
  },

  kernel: async () => (await arithmetic()).keepRanked,
});

const short = (value: number): number => Number(value.toPrecision(4));
