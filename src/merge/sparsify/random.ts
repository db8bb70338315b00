import { arithmetic } from "../arithmetic";
import { finding } from "../facts/findings";
import { DENSITY } from "../facts/parameters";
import { defineSparsifier } from "./sparsifier";

export const DARE_PAPER = {
  title: "Language Models are Super Mario: Absorbing Abilities from Homologous Models as a Free Lunch",
  url: "https://arxiv.org/abs/2311.03099",
};

/**
 * Keeps each element with probability `density`. The draws are keyed by (seed, model, tensor name, index): the same on every device,
 * for every block size, and different for every model.
 */
export const keepRandom = defineSparsifier({
  parameters: { density: DENSITY },

  keepsAll: ({ density }) => density >= 1,

  check({ density }) {
    if (density >= 0) return [];
    return [finding("error", "density", "merge/density-negative", { density })];
  },

  kernel: async () => (await arithmetic()).keepRandom,
});
