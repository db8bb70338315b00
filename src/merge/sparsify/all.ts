import { arithmetic } from "../arithmetic";
import { DENSITY } from "../facts/parameters";
import { defineSparsifier } from "./sparsifier";

/** Keeps everything; density is accepted and not asked. */
export const keepAll = defineSparsifier({
  parameters: { density: DENSITY },

  keepsAll: () => true,

  check: () => [],

  kernel: async () => (await arithmetic()).keepAll,
});
