import { largest } from "../../base/lists";
import type { Tokenizer } from "../../tokens/tokenizer";
import type { TokenIds } from "../../tokens/types";
import { tokenizePrompt } from "../prompts/tokenizePrompt";
import type { Accuracy } from "../types";
import { accuracy } from "./accuracy";
import { sum } from "./statistics";

/** Stands between a context and what continues it. */
export const DELIMITER = " ";

/** A context with a continuation, as the model gets them. */
export interface Continued {
  readonly ids: TokenIds;
  /** Index of the first token of the continuation; at least 1. */
  readonly from: number;
}

/**
 * A context and a continuation of it, tokenised together and cut where the context alone ends, so that the tokens are those
 * the model meets in running text. Spaces at the end of the context go to the continuation. Source: reference 4.4.
 */
export function continued(tokenizer: Tokenizer, context: string, continuation: string): Continued {
  const trimmed = context.trimEnd();
  const whole = trimmed + context.slice(trimmed.length) + DELIMITER + continuation;
  const { ids } = tokenizePrompt(tokenizer, whole);
  const { ids: before } = tokenizePrompt(tokenizer, trimmed);
  return { ids, from: Math.max(1, Math.min(before.length, ids.length - 1)) };
}

/** ln p of the continuation, from the NLL of the whole sequence. */
export function logLikelihood({ from }: Continued, nll: Float64Array): number {
  return -sum(nll.subarray(from - 1));
}

/** A question with the log-likelihoods of its choices. */
export interface Judged {
  readonly choices: readonly string[];
  readonly logLikelihoods: readonly number[];
  readonly gold: number;
}

export interface MultipleChoice {
  readonly acc: Accuracy;
  readonly accNorm: Accuracy;
  readonly accBytes: Accuracy;
}

/**
 * Accuracy by likelihood: of the choices as they are, per character (code point) and per UTF-8 byte. The margin beside each
 * is in the same measure: the right choice's minus the best other's. Source: lm-evaluation-harness, reference 4.4.
 */
export function multipleChoice(questions: readonly Judged[]): MultipleChoice {
  const by = (length: (choice: string) => number) => {
    const scored = questions.map(({ choices, logLikelihoods, gold }) => {
      const scores = choices.map((choice, i) => (logLikelihoods[i] ?? Number.NaN) / length(choice));
      const right = scores[gold] ?? Number.NaN;
      const others = scores.filter((_, i) => i !== gold);
      return { correct: scores.indexOf(largest(scores)) === gold, margin: right - largest(others) };
    });
    return accuracy(
      scored.map(({ correct }) => correct),
      scored.map(({ margin }) => margin),
    );
  };
  return {
    acc: by(() => 1),
    accNorm: by((choice) => [...choice].length),
    accBytes: by((choice) => new TextEncoder().encode(choice).length),
  };
}
