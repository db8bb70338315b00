import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";
import { EPSILON, RAM_PAPER } from "../facts/reinforcement";

/** Task vectors are added where one model moves an element, and averaged over those that do where several move it. */
export const ram = defineMethod({
  id: "ram",
  label: "RAM",
  paper: RAM_PAPER,
  inputs: { others: { min: 0, max: Number.POSITIVE_INFINITY }, base: "required" },
  parameters: { epsilon: EPSILON },
  perModel: {},
  whenShort: "base",
  unlikeEmbeddings: "error",
  skipsUnlikeShapes: false,

  unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

  prepare: async ({ parameters: { epsilon }, inputs }) =>
    (await arithmetic()).reinforced(
      epsilon,
      inputs.slice(1).map(() => 1),
    ),
});
