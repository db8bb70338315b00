import type { AwaseError } from "../../base/errors";
import { defineMeasure } from "../defineMeasure";
import { evalFailure } from "../failures";
import { askTexts, scoresOf } from "../texts";
import type { Perplexity, PromptScore, RelativePerplexity } from "../types";
import { plusMinus } from "./lines";
import { relativePerplexity } from "./relative";
import { mean, ratioStandardError, sum } from "./statistics";

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

interface PerplexityFound {
  readonly perplexity: Perplexity;
  /** With a base alone. */
  readonly relative?: RelativePerplexity;
}

export const perplexityMeasure = defineMeasure({
  id: "perplexity",
  reads: "texts",
  base: "asked",
  ask(prompts, asking) {
    const texts = askTexts(prompts, asking);
    return () => ({
      found(nll, base): PerplexityFound {
        const scores = scoresOf(texts, nll);
        return {
          perplexity: perplexity(scores),
          ...(base && { relative: relativePerplexity(scores, scoresOf(texts, base)) }),
        };
      },
    });
  },
  figures({ perplexity: found, relative }, base) {
    const of = base?.perplexity?.tokenWeighted;
    return [
      ...(found ? [{ name: "perplexity", kind: "number", value: found.tokenWeighted, base: of } as const] : []),
      ...(relative
        ? [
            {
              name: "relative",
              kind: "number",
              value: relative.ratio,
              error: relative.ratio * relative.standardError,
              tie: Math.abs(relative.ln) < 2 * relative.standardError,
            } as const,
          ]
        : []),
      ...(found ? [{ name: "bits", kind: "number", value: found.bitsPerByte } as const] : []),
    ];
  },
  columns: ["relative"],
  lines: ({ perplexity: found, relative }) => [
    ...(found
      ? ([
          [
            "Perplexity",
            `${plusMinus(found.tokenWeighted, found.tokenWeighted * found.standardError)} (token-weighted)`,
          ],
          ["", `${found.promptMean.toPrecision(6)} (mean over prompts)`],
          ["Bits per byte", found.bitsPerByte.toPrecision(6)],
        ] as const)
      : []),
    ...(relative
      ? ([["Relative perplexity", plusMinus(relative.ratio, relative.ratio * relative.standardError)]] as const)
      : []),
  ],
});
