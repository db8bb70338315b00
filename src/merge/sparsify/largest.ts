import { arithmetic } from "../arithmetic";
import { finding } from "../facts/findings";
import { DENSITY } from "../facts/parameters";
import { keptOf } from "./counts";
import { defineSparsifier } from "./sparsifier";

/**
 * Keeps exactly `trunc(density · n)` elements of largest magnitude; among equals those of lowest index, as one number
 * per input (the cut) can say. mergekit leaves the choice among equals open. A scalar, or the only element of a tensor, is kept
 * by any density above 0: mergekit fails there.
 */
export const keepLargest = defineSparsifier({
  parameters: { density: DENSITY },

  keepsAll: ({ density }) => density >= 1,

  check({ density }, elements) {
    if (elements === 0 || keptOf(density, elements) > 0) return [];
    return [
      finding("error", "density", "merge/density-keeps-nothing", {
        density,
        kept: Math.max(0, Math.trunc(density * elements)),
        elements,
        needed: oneElement(elements),
      }),
    ];
  },

  kernel: async () => (await arithmetic()).keepLargest,
});

/** The shortest decimal density that keeps one of so many elements. */
function oneElement(elements: number): number {
  for (let digits = 1; digits < 17; digits++) {
    const density = Math.ceil(10 ** digits / elements) / 10 ** digits;
    if (Math.trunc(density * elements) === 1) return density;
  }
  return 1 / elements;
}
