import type { AwaseError } from "../../base/errors";
import { evalFailure } from "../failures";
import type { Perplexity, PromptScore, TokenizedPrompt } from "../types";
import { mean, ratioStandardError, sum } from "./statistics";

/**
 * Sum of the NLL that count of one prompt. `nll` is what `LanguageModel.nll` gives, one less than there are tokens: entry t
 * belongs to token t + 1, so that the first token, which nothing precedes, is never scored.
 */
export function scorePrompt({ scoredFrom, bytes }: TokenizedPrompt, nll: Float64Array): PromptScore {
  const scored = nll.subarray(scoredFrom - 1);
  return { nll: sum(scored), tokens: scored.length, bytes };
}

/**
 * Perplexity of a set of prompts. Prompts too short to have a scored token count for nothing.
 * @throws {AwaseError} `eval/nothing-scored`
 */
export function perplexity(prompts: readonly PromptScore[]): Perplexity {
  const scored = prompts.filter(({ tokens }) => tokens > 0);
  if (scored.length === 0) throw nothingScored(prompts.length);
  const nll = scored.map((prompt) => prompt.nll);
  const tokens = scored.map((prompt) => prompt.tokens);
  const total = sum(nll);
  return {
    tokenWeighted: Math.exp(total / sum(tokens)),
    promptMean: Math.exp(mean(scored.map((prompt) => prompt.nll / prompt.tokens))),
    bitsPerByte: total / (Math.LN2 * sum(scored.map((prompt) => prompt.bytes))),
    standardError: ratioStandardError(nll, tokens),
    prompts,
  };
}

function nothingScored(prompts: number): AwaseError {
  return evalFailure("eval/nothing-scored", { prompts });
}
