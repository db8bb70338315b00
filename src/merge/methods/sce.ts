import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";
import { flag } from "../facts/parameters";

/**
 * Selects the elements in which task vectors differ most, calculates each model's weight from the energy of what it has there, and erases
 * what goes against the majority's sign: `b + Σ wᵢmᵢδᵢ / max(Σ wᵢmᵢ, 1e-6)`, wᵢ = mean δᵢ² / Σⱼ mean δⱼ².
 */
export const sce = defineMethod({
  id: "sce",
  label: "SCE",
  paper: { title: "FuseChat: Knowledge Fusion of Chat Models", url: "https://arxiv.org/abs/2408.07990" },
  inputs: { others: { min: 0, max: Number.POSITIVE_INFINITY }, base: "required" },
  parameters: {
    select_topk: { kind: "number", default: 1, range: [0, 1], step: 0.01 },
    int8_mask: flag(false), // chooses the type of a temporary in mergekit; no number depends on it
  },
  perModel: {},
  whenShort: "base",
  unlikeEmbeddings: "error",
  skipsUnlikeShapes: false,

  unchanged: ({ inputs, parameters: { select_topk } }) => (inputs.length === 1 || select_topk <= 0 ? 0 : undefined),

  heeds: ({ parameters: { select_topk }, inputs }) => inputs.map(({ isBase }) => isBase || select_topk > 0),

  prepare: async ({ count, parameters: { select_topk } }, tools) =>
    (await arithmetic()).fuse(count, select_topk, tools),
});
