import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";

/** The base, pulled towards another model where the two are already close: all the way within `t`, less the further apart. */
export const nearswap = defineMethod({
  id: "nearswap",
  label: "NearSwap",
  paper: { title: "QuartetAnemoi-70B-t0.0001", url: "https://huggingface.co/alchemonaut/QuartetAnemoi-70B-t0.0001" },
  inputs: { others: { min: 0, max: 1 }, base: "required" },
  parameters: { t: { kind: "number", range: [0, 0.1], step: 0.0001 } },
  perModel: {},
  whenShort: "base",
  unlikeEmbeddings: "error",
  skipsUnlikeShapes: false,

  unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

  heeds: ({ parameters: { t }, inputs }) => inputs.map(({ isBase }) => isBase || t > 0),

  prepare: async ({ parameters: { t } }) => (await arithmetic()).near(t),
});
