import { mean } from "../../eval/measures/statistics";
import type { Evaluation, MeasureId } from "../../eval/registry";

/** What a candidate got, and of what it is made. */
export interface Reading {
  readonly value: number;
  /** By prompt, so that two candidates can be compared on the same ones. */
  readonly each: readonly number[];
  /** One standard error of `value`; NaN of one prompt. */
  readonly error: number;
}

/** A measure that a study can aim at or limit. */
export interface StudyMeasure {
  readonly id: string;
  /** The measure of src/eval that finds it. */
  readonly of: MeasureId;
  /** What is better. */
  readonly goal: "high" | "low";
  /** Compares with a base. */
  readonly base: boolean;
  /** Of 1: an accuracy of so many prompts can be told from chance only so far. */
  readonly share: boolean;
  read(evaluation: Evaluation): Reading | undefined;
}

/** Every measure of studies. */
export const STUDY_MEASURES: readonly StudyMeasure[] = [
  {
    id: "exact-match",
    of: "exact-match",
    goal: "high",
    base: false,
    share: true,
    read: ({ exactMatch }) => exactMatch && verdicts(exactMatch.verdicts, exactMatch.standardError),
  },
  {
    id: "multiple-choice",
    of: "multiple-choice",
    goal: "high",
    base: false,
    share: true,
    read: ({ multipleChoice }) =>
      multipleChoice && verdicts(multipleChoice.acc.verdicts, multipleChoice.acc.standardError),
  },
  {
    id: "perplexity",
    of: "perplexity",
    goal: "low",
    base: false,
    share: false,
    read: ({ perplexity }) =>
      perplexity && {
        value: perplexity.tokenWeighted,
        each: perplexity.prompts.map(({ nll, tokens }) => nll / Math.max(1, tokens)),
        error: perplexity.tokenWeighted * perplexity.standardError,
      },
  },
  {
    id: "bits-per-byte",
    of: "perplexity",
    goal: "low",
    base: false,
    share: false,
    read: ({ perplexity }) =>
      perplexity && {
        value: perplexity.bitsPerByte,
        each: perplexity.prompts.map(({ nll, bytes }) => nll / (Math.LN2 * Math.max(1, bytes))),
        error: perplexity.bitsPerByte * perplexity.standardError,
      },
  },
  {
    id: "relative-perplexity",
    of: "perplexity",
    goal: "low",
    base: true,
    share: false,
    read: ({ perplexity, relative }) =>
      perplexity &&
      relative && {
        value: relative.ratio,
        each: perplexity.prompts.map(({ nll, tokens }) => nll / Math.max(1, tokens)), // the base's part is the same for all
        error: relative.ratio * relative.standardError,
      },
  },
  {
    id: "kl",
    of: "divergence",
    goal: "low",
    base: true,
    share: false,
    read: ({ divergence }) =>
      divergence && { value: divergence.symmetric, each: divergence.perPrompt, error: divergence.standardError },
  },
  {
    id: "eos",
    of: "eos",
    goal: "high",
    base: false,
    share: false,
    read: ({ eos }) => eos && alone(eos.logProbability),
  },
  {
    id: "runaway",
    of: "generation",
    goal: "low",
    base: false,
    share: false,
    read: ({ generation }) => generation && alone(generation.runaway),
  },
  {
    id: "repetition",
    of: "generation",
    goal: "low",
    base: false,
    share: false,
    read: ({ generation }) => generation && alone(generation.repetition),
  },
];

function verdicts(found: readonly boolean[], error: number): Reading {
  const each = found.map(Number);
  return { value: mean(each), each, error };
}

/** Of what is known as a whole only. */
function alone(value: number): Reading {
  return { value, each: [], error: Number.NaN };
}
