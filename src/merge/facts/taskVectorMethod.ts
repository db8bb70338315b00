import { arithmetic } from "../arithmetic";
import type { MergeMethod } from "../types";
import { defineMethod } from "./defineMethod";
import { flag, LAMBDA, WEIGHT } from "./parameters";
import type { TaskVectorFacts, TaskVectorParameters, WeightParameter } from "./taskVectorFacts";

/**
 * A method of the task-vector family: differences to the base are sparsified one by one, weighted, combined, and added back.
 *
 *     δᵢ = xᵢ − b     yᵢ = wᵢ·rescaleᵢ·S(δᵢ)     out = b + λ·mix
 *
 * Without consensus, mix = Σ yᵢ, divided by Σ wᵢ if `normalize`. With it, both sums go, per element, over the models whose yᵢ
 * has the sign of Σ yᵢ. `rescale` gives every sparsified vector the L1 norm back that it had before.
 */
export function taskVectorMethod(facts: TaskVectorFacts): MergeMethod {
  const { id, label, paper, sparsifier, consensus } = facts;
  const perModel: WeightParameter = { weight: WEIGHT, ...sparsifier.parameters };
  const parameters: TaskVectorParameters = {
    normalize: flag<boolean>(facts.normalize),
    rescale: flag<boolean>(facts.rescale),
    lambda: LAMBDA,
    int8_mask: flag<boolean>(false), // chooses the type of a temporary in mergekit; no number depends on it
  };

  return defineMethod({
    id,
    label,
    paper,
    inputs: { others: { min: 0, max: Number.POSITIVE_INFINITY }, base: "required" },
    parameters,
    perModel,
    whenShort: "base",
    unlikeEmbeddings: "crop-to-base",
    skipsUnlikeShapes: true,

    check: ({ elements, inputs }) => inputs.flatMap((values) => sparsifier.check(values, elements)),

    unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

    heeds: ({ parameters: { lambda }, inputs }) =>
      inputs.map(({ isBase, weight }) => isBase || (weight !== 0 && lambda !== 0)),

    strength: {
      /** λ scales what is added to the base, whatever the weights are divided by and whoever won the vote. */
      weaken: ({ parameters }, strength) => ({ parameters: { lambda: strength * parameters.lambda } }),
    },

    async prepare(task, tools) {
      const { addTaskVectors } = await arithmetic();
      return addTaskVectors({ sparsifier, consensus }, task, tools);
    },
  });
}
