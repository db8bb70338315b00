import { largest } from "../../base/lists";
import { defineMeasure } from "../defineMeasure";
import type { Accuracy } from "../types";
import { accuracy } from "./accuracy";
import { type Continued, continued, cutLeft } from "./continued";
import { count } from "./lines";
import { sum } from "./statistics";

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

export const multipleChoiceMeasure = defineMeasure({
  id: "multiple-choice",
  reads: "texts",
  base: "none",
  suits: ({ choices }) => choices !== undefined,
  lacking: "choices, of which multiple-choice takes one",
  ask(prompts, { batch, tokenizer, window }) {
    const ask = (text: string, choice: string) => {
      const asked = cutLeft(continued(tokenizer, text, choice), window);
      return { ...asked, sequence: batch.sequence(asked.ids) };
    };
    const questions = prompts.flatMap(({ text, choices, gold }) =>
      choices && gold !== undefined && choices.length > 1
        ? [{ choices, gold, asked: choices.map((choice) => ask(text, choice)) }]
        : [],
    );
    return () => ({
      found(nll): { readonly multipleChoice: MultipleChoice } | undefined {
        if (questions.length === 0) return undefined;
        const judged = questions.map(({ asked, ...question }) => ({
          ...question,
          logLikelihoods: asked.map((choice) => logLikelihood(choice, nll[choice.sequence] ?? new Float64Array())),
        }));
        return { multipleChoice: multipleChoice(judged) };
      },
    });
  },
  figures({ multipleChoice: found }, base) {
    if (!found) return [];
    const { correct: value, total, standardError: error } = found.acc;
    return [{ name: "choices", kind: "count", value, total, error, base: base?.multipleChoice?.acc.correct }];
  },
  lines: ({ multipleChoice: found }) =>
    found
      ? [
          ["Choices: acc", count(found.acc)],
          ["Choices: acc_norm", count(found.accNorm)],
          ["Choices: acc_bytes", count(found.accBytes)],
        ]
      : [],
});
