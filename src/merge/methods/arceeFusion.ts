import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";

/**
 * Copies the changes of one model that matter most into the base. How much a change matters is its size times the divergence KL(p‖q) of its
 * row's softmaxes, p of the model and q of the base; those from `median + 1.5·(Q3 − Q1)` of all scores on are copied.
 *
 * mergekit's divergence is rounding noise for ordinary fine-tunes, and its quartiles are those of a random sample above a million elements:
 * here it is computed without cancellation, over all elements. reference/merge-methods.md 2.19
 */
export const arceeFusion = defineMethod({
  id: "arcee_fusion",
  label: "Arcee Fusion",
  inputs: { others: { min: 1, max: 1 }, base: "required" },
  parameters: {},
  perModel: {},
  whenShort: "copy",
  unlikeEmbeddings: "crop-to-smallest",
  skipsUnlikeShapes: false,

  unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

  prepare: async (task, tools) => (await arithmetic()).fuseImportant(task, tools),
});
