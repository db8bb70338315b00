import type { PromptScore, RelativePerplexity } from "../types";
import { ratioStandardError, sum } from "./statistics";

/**
 * Merged perplexity over base perplexity, token-weighted. Both lists are of the same prompts in the same order, with
 * identical tokens. The error comes from the differences prompt by prompt, where what makes a prompt hard cancels.
 */
export function relativePerplexity(merged: readonly PromptScore[], base: readonly PromptScore[]): RelativePerplexity {
  const pairs = merged.flatMap(({ nll, tokens }, i) => {
    const other = base[i];
    return other && tokens > 0 ? [{ difference: nll - other.nll, tokens }] : [];
  });
  const differences = pairs.map(({ difference }) => difference);
  const tokens = pairs.map((pair) => pair.tokens);
  const ln = sum(differences) / sum(tokens);
  return { ratio: Math.exp(ln), ln, standardError: ratioStandardError(differences, tokens) };
}
