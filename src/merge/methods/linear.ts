import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";
import { finding } from "../facts/findings";
import { flag, WEIGHT } from "../facts/parameters";

/** Σ fl(wᵢ), added from the left in f32 as the sum of the tensors is. */
function weightSum(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => Math.fround(sum + Math.fround(weight)), 0);
}

/** Weighted mean of any number of models: `Σ wᵢ·xᵢ / Σ wᵢ`; without `normalize` the plain sum. */
export const linear = defineMethod({
  id: "linear",
  label: "Linear",
  paper: {
    title:
      "Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing inference time",
    url: "https://arxiv.org/abs/2203.05482",
  },
  inputs: { others: { min: 1, max: Number.POSITIVE_INFINITY }, base: "none" },
  parameters: { normalize: flag(true) },
  perModel: { weight: WEIGHT },
  whenShort: "error",
  unlikeEmbeddings: "crop-to-smallest",
  skipsUnlikeShapes: false,

  check({ parameters, inputs }) {
    const weights = inputs.map(({ weight }) => weight);
    if (!parameters.normalize || weightSum(weights) !== 0) return [];
    return [finding("error", "weight", "merge/weights-sum-to-zero", { weights: weights.join(", "), key: "normalize" })];
  },

  heeds: ({ inputs }) => inputs.map(({ weight }) => weight !== 0),

  strength: {
    joining: { weight: 0 },
    /**
     * `s·Σ wᵢxᵢ/W + (1 − s)·b` is a sum of the same kind: the base gets what the others give up, and 1 where it is alone, so that
     * dividing by the sum of weights rounds nothing.
     */
    weaken({ parameters, inputs }, strength) {
      if (!inputs.some(({ isBase }) => isBase)) return undefined;
      const whole = parameters.normalize ? inputs.reduce((sum, { weight }) => sum + weight, 0) : 1;
      const share = strength === 0 ? 1 : (1 - strength) * whole;
      return { inputs: inputs.map(({ isBase, weight }) => ({ weight: strength * weight + (isBase ? share : 0) })) };
    },
  },

  async prepare({ inputs, parameters }) {
    const weights = inputs.map(({ weight }) => weight);
    const { weightedSum } = await arithmetic();
    return weightedSum(weights, parameters.normalize ? weightSum(weights) : 1);
  },
});
