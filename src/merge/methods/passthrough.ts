import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";

/** The only input as it is, times `scale` where that is set. Layer stacks are passthrough with a layout. */
export const passthrough = defineMethod({
  id: "passthrough",
  label: "Passthrough",
  inputs: { others: { min: 1, max: 1 }, base: "none" },
  parameters: {},
  perModel: { scale: { kind: "number", default: null, range: [0, 2], step: 0.01 } },
  whenShort: "error",
  unlikeEmbeddings: "error",
  skipsUnlikeShapes: false,

  unchanged: ({ inputs }) => ((inputs[0]?.scale ?? 1) === 1 ? 0 : undefined),

  prepare: async ({ inputs }) => (await arithmetic()).weightedSum([inputs[0]?.scale ?? 1]),
});
