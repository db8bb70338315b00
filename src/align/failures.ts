import { failuresOf } from "../base/errors";
import type { Sentences } from "../base/sentences";

/** Why a donor's rows cannot be blended, in English. */
export const alignSentences = {
  "align/no-tokenizer": ({ model, role }: { model: string; role: string }) =>
    `${model} (the ${role}) has no tokenizer, so nobody knows which of its rows stand for which tokens. Add its tokenizer.json; save_pretrained of transformers writes it.`,
  "align/no-overlap": ({ base, donor, baseTokens, donorTokens }: NoOverlap) =>
    `${base} has ${baseTokens} tokens and ${donor} has ${donorTokens}, and no two of them spell the same bytes, so no row has a partner. Choose a donor for the same languages.`,
  "align/too-few": ({ base, donor, pairs, needed }: { base: string; donor: string; pairs: number; needed: number }) =>
    `${base} and ${donor} share only ${pairs} tokens with finite rows; at least ${needed} are needed to tell where the donor's rows point. Choose a donor whose vocabulary overlaps more.`,
  "align/not-a-table": ({ tensor, dtype, shape }: { tensor: string; dtype: string; shape: string }) =>
    `${tensor} is ${dtype} of the shape ${shape}; rows are blended in float tables of two dimensions. Take a model that stores it as F32, BF16 or F16.`,
  "align/flat": ({ model, tensor, pairs }: { model: string; tensor: string; pairs: number }) =>
    `The ${pairs} shared rows of ${tensor} in ${model} are all alike, so there is no direction to align. This is not a trained model; download it again or choose another.`,
} satisfies Sentences;

interface NoOverlap {
  readonly base: string;
  readonly donor: string;
  readonly baseTokens: number;
  readonly donorTokens: number;
}

export const alignFailure = failuresOf(alignSentences);
