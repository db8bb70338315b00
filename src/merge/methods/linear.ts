import { flag, flagOf, numberOf, WEIGHT } from "../parameters";
import type { MergeMethod } from "../types";
import { weightedSum } from "../weightedSum";

/** Σ fl(wᵢ), added from the left in f32 as the sum of the tensors is. */
function weightSum(weights: readonly number[]): number {
  return weights.reduce((sum, weight) => Math.fround(sum + Math.fround(weight)), 0);
}

/** Weighted mean of any number of models: `Σ wᵢ·xᵢ / Σ wᵢ`; without `normalize` the plain sum. */
export const linear: MergeMethod = {
  id: "linear",
  label: "Linear",
  paper: {
    title:
      "Model soups: averaging weights of multiple fine-tuned models improves accuracy without increasing inference time",
    url: "https://arxiv.org/abs/2203.05482",
  },
  base: "none",
  inputs: { min: 1, max: Number.POSITIVE_INFINITY },
  globals: { normalize: flag(true) },
  perModel: { weight: WEIGHT },
  unlikeEmbeddings: "crop-to-smallest",
  skipsUnlikeShapes: false,

  check({ globals, perModel }) {
    if (!flagOf(globals, "normalize", true)) return [];
    const weights = perModel.map((parameters) => numberOf(parameters, "weight", 0));
    if (weightSum(weights) !== 0) return [];
    return [
      {
        code: "merge/weights-sum-to-zero",
        severity: "error",
        message:
          `The weights ${weights.join(", ")} add up to 0, and the sum of the models is divided by that. ` +
          "Change a weight, or set normalize: false.",
        parameter: "weight",
      },
    ];
  },

  heeds: ({ inputs }) => inputs.map(({ parameters }) => numberOf(parameters, "weight", 0) !== 0),

  strength: {
    joining: { weight: 0 },
    /**
     * `s·Σ wᵢxᵢ/W + (1 − s)·b` is a sum of the same kind: the base gets what the others give up, and 1 where it is alone, so that
     * dividing by the sum of weights rounds nothing.
     */
    weaken({ globals, inputs }, strength) {
      if (!inputs.some(({ isBase }) => isBase)) return undefined;
      const weights = inputs.map(({ parameters }) => numberOf(parameters, "weight", 0));
      const whole = flagOf(globals, "normalize", true) ? weights.reduce((sum, weight) => sum + weight, 0) : 1;
      const share = strength === 0 ? 1 : (1 - strength) * whole;
      const weakened = inputs.map(({ isBase, parameters }, k) => ({
        isBase,
        parameters: { ...parameters, weight: strength * (weights[k] ?? 0) + (isBase ? share : 0) },
      }));
      return { globals, inputs: weakened };
    },
  },

  async prepare({ inputs, parameters }) {
    const weights = inputs.map((input) => numberOf(input.parameters, "weight", 0));
    return weightedSum(weights, flagOf(parameters, "normalize", true) ? weightSum(weights) : 1);
  },
};
