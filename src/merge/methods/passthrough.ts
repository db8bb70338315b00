import { numberOf } from "../parameters";
import type { MergeMethod } from "../types";
import { weightedSum } from "../weightedSum";

/** The only input as it is, times `scale` where that is set. Layer stacks are passthrough with a layout. */
export const passthrough: MergeMethod = {
  id: "passthrough",
  label: "Passthrough",
  base: "none",
  inputs: { min: 1, max: 1 },
  globals: {},
  perModel: { scale: { kind: "number", default: null, range: [0, 2], step: 0.01 } },
  unlikeEmbeddings: "error",
  skipsUnlikeShapes: false,

  unchanged: ({ inputs }) => (numberOf(inputs[0]?.parameters ?? {}, "scale", 1) === 1 ? 0 : undefined),

  async prepare({ inputs }) {
    return weightedSum([numberOf(inputs[0]?.parameters ?? {}, "scale", 1)]);
  },
};
