import { failuresOf } from "../base/errors";
import type { Sentences } from "../base/sentences";

/** A tensor that is not what it should be. */
interface Misfit {
  model: string;
  tensor: string;
  found: string;
  expected: string;
}

/** Why a merge cannot go on, in English. */
export const mergeSentences = {
  "merge/no-model": ({ model }: { model: string }) => `The model ${model} is not loaded. Add it, then merge again.`,
  "merge/changed-model": ({ model, tensor, found, expected }: Misfit) =>
    `Tensor ${tensor} of ${model} was ${expected} when the merge was planned and is ${found} now. ` +
    "Check the recipe again, then merge.",
  "merge/unlike-shape": ({ model, tensor, found, expected }: Misfit) =>
    `Tensor ${tensor} of ${model} has shape ${found}, and the output's is ${expected}: only rows of a vocabulary can be left out. Use models of one size.`,
  "merge/unknown-method": ({ method, known }: { method: string; known: string }) =>
    `There is no merge method "${method}". Use one of ${known}.`,
  "merge/float16-overflow": ({
    tensor,
    outputs,
    largest,
    limit,
  }: {
    tensor: string;
    outputs: number;
    largest: number;
    limit: number;
  }) =>
    `${tensor} does not fit into float16: ${outputs} of its values would become Inf, the largest is ${largest}, and float16 ends at ${limit}. ` +
    "Write `dtype: bfloat16` (or float32) in the recipe; where the value surprises, look at the weights of the models.",
  "merge/non-finite": ({ tensor, inputs, outputs }: { tensor: string; inputs: number; outputs: number }) =>
    `${tensor} has ${inputs} NaN or Inf in its inputs and ${outputs} in its output; a sound model has none. ` +
    "Look for a damaged model or an extreme parameter, or allow them and merge again.",

  "merge/dtype": ({ tensor, model, dtype }: { tensor: string; model: string | undefined; dtype: string }) =>
    model === undefined
      ? `Cannot write ${tensor} as ${dtype}: a merged tensor is written as BF16, F16 or F32. Set dtype or out_dtype in the recipe.`
      : `Cannot merge ${tensor}: in ${model} it is stored as ${dtype}, and only BF16, F16, F32, F8_E4M3 and F8_E5M2 can be computed with.`,
} satisfies Sentences;

export const mergeFailure = failuresOf(mergeSentences);
