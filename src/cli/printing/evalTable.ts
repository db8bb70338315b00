import { klTable } from "../../eval/measures/klTable";
import type { Accuracy, Evaluation, PositionRule } from "../../eval/types";

/** What was measured, for people. */
export function evalTable(evaluation: Evaluation, positions: PositionRule): string {
  const table = klTable(evaluation);
  return [rows(evaluation, positions).map(row).join("\n"), ...(table === "" ? [] : ["", table.trimEnd()])].join("\n");
}

type Row = readonly [label: string, value: string];

function rows(evaluation: Evaluation, positions: PositionRule): readonly Row[] {
  const { set, perplexity, relative, divergence, eos, generation, exactMatch, multipleChoice } = evaluation;
  return [
    ["Prompt set", `${set}, ${evaluation.tokens} tokens in ${evaluation.seconds.toFixed(1)} s`],
    ...optional(perplexity, ({ tokenWeighted, standardError, promptMean, bitsPerByte }): readonly Row[] => [
      ["Perplexity", `${plusMinus(tokenWeighted, tokenWeighted * standardError)} (token-weighted)`],
      ["", `${promptMean.toPrecision(6)} (mean over prompts)`],
      ["Bits per byte", bitsPerByte.toPrecision(6)],
    ]),
    ...optional(relative, ({ ratio, standardError }): readonly Row[] => [
      ["Relative perplexity", plusMinus(ratio, ratio * standardError)],
    ]),
    ...optional(divergence, ({ symmetric, standardError }): readonly Row[] => [
      ["Symmetric KL", `${plusMinus(symmetric, standardError)} nats (${positions})`],
    ]),
    ...optional(eos, ({ logProbability, againstBase, medianRank, flagged }): readonly Row[] => [
      [
        "End of text",
        `log p ${logProbability.toFixed(3)}${againstBase === undefined ? "" : ` (${signed(againstBase)} against the base)`}, ` +
          `median rank ${medianRank}${flagged ? ", flagged: it may not stop" : ""}`,
      ],
    ]),
    ...optional(generation, ({ runaway, meanTokens, repetition, loops }): readonly Row[] => [
      ["Answers", `${meanTokens.toFixed(1)} tokens, ${percent(runaway)} run into the limit`],
      ["Repetition", `${percent(repetition)} of 4-grams, ${percent(loops)} end in a loop`],
    ]),
    ...optional(exactMatch, (found): readonly Row[] => [["Exact match", share(found)]]),
    ...optional(multipleChoice, ({ acc, accNorm, accBytes }): readonly Row[] => [
      ["Choices: acc", share(acc)],
      ["Choices: acc_norm", share(accNorm)],
      ["Choices: acc_bytes", share(accBytes)],
    ]),
  ];
}

function optional<T>(value: T | undefined, make: (value: T) => readonly Row[]): readonly Row[] {
  return value === undefined ? [] : make(value);
}

function row([label, value]: Row): string {
  return `${label.padEnd(20)}${value}`;
}

/** Without an error where one prompt, which has no spread, is all there is. */
function plusMinus(value: number, error: number): string {
  return `${value.toPrecision(6)}${Number.isFinite(error) ? ` ± ${error.toPrecision(2)}` : ""}`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

function share({ correct, total, standardError }: Accuracy): string {
  const error = Number.isFinite(standardError) ? ` ± ${percent(standardError)}` : "";
  return `${correct} of ${total} (${percent(correct / total)}${error})`;
}
