import { failuresOf } from "../../base/errors";
import type { Sentences } from "../../base/sentences";

/** Why no adapter can be made of two models, in English. */
export const extractSentences = {
  "extract/shape": ({
    model,
    base,
    tensor,
    found,
    expected,
  }: {
    model: string;
    base: string;
    tensor: string;
    found: string;
    expected: string;
  }) =>
    `${tensor} is ${found} in ${model} and ${expected} in ${base}: an adapter adds to a matrix of the same size. Name the base that ${model} was made from.`,
  "extract/missing": ({ model, base, tensor }: { model: string; base: string; tensor: string }) =>
    `${model} has ${tensor}, and ${base} has not. Name the base that ${model} was made from.`,
  "extract/nothing": ({ model, base }: { model: string; base: string }) =>
    `Nothing of what makes ${model} of ${base} was asked for: no module matches. Correct --include-regex and --exclude-regex.`,
  "extract/non-finite": ({ tensor }: { tensor: string }) =>
    `${tensor} holds NaN or Inf, of which no singular values can be taken. Look for a damaged model.`,
} satisfies Sentences;

export const extractFailure = failuresOf(extractSentences);
