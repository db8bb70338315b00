import type { BasePass } from "./base";
import { type PassOptions, type PassResult, runPass } from "./batch";
import { type BaseRows, compareRows, readEnds } from "./measures/compareRows";
import { type EndReading, type EndReadings, eosHealth } from "./measures/eosHealth";
import { endsOf, realVocabulary, type Subject } from "./measures/measured";
import { logLikelihood, type MultipleChoice, multipleChoice } from "./measures/multipleChoice";
import { scorePrompt } from "./measures/perplexity";
import type { AskedEnd, Questions } from "./questions";
import type { Divergence, EosHealth, PromptScore } from "./types";

/** What the probabilities of given texts say of a model. */
export interface Likelihoods {
  /** By prompt; empty where no text was asked for. */
  readonly scores: readonly PromptScore[];
  readonly eos?: EosHealth;
  readonly multipleChoice?: MultipleChoice;
}

export interface ComparedLikelihoods extends Likelihoods {
  readonly divergence: Divergence;
  /** How the base sees the same ends. */
  readonly baseEos?: EosHealth;
}

/** Measures a model by one pass over all that is asked. */
export async function likelihoods(subject: Subject, questions: Questions, options: PassOptions): Promise<Likelihoods> {
  const { nll, states } = await runPass(subject.model, questions.batch, options);
  const work = {
    width: realVocabulary(subject.tokenizer, subject.model),
    ends: endIds(subject, questions),
    ...options,
  };
  const ends = await readEnds({ model: subject.model, states }, work);
  return { ...readings(questions, nll), ...eos(subject, questions, ends) };
}

/** The same, held against what a base gave for `questions.compared`. */
export async function likelihoodsAgainst(
  subject: Subject,
  base: BasePass & BaseRows,
  questions: Questions,
  options: PassOptions,
): Promise<ComparedLikelihoods> {
  return compareLikelihoods(subject, base, questions, await runPass(subject.model, questions.batch, options), options);
}

/** The same, of a pass over `questions.batch` that was made before. */
export async function compareLikelihoods(
  subject: Subject,
  base: BasePass & BaseRows,
  questions: Questions,
  { nll, states }: PassResult,
  { signal }: Pick<PassOptions, "signal">,
): Promise<ComparedLikelihoods> {
  const width = realVocabulary(subject.tokenizer, subject.model, base.model);
  const { divergence, ends, baseEnds } = await compareRows(
    { model: subject.model, states },
    base,
    questions.texts.map(({ rows }) => rows),
    { width, ends: endIds(subject, questions), signal },
  );
  const baseEos = eos(subject, questions, baseEnds).eos;
  return {
    ...readings(questions, nll),
    ...eos(subject, questions, ends, baseEnds),
    ...(baseEos && { baseEos }),
    divergence,
  };
}

/** NLL of the prompts' texts. */
export function scoresOf({ texts }: Questions, nll: readonly Float64Array[]): readonly PromptScore[] {
  return texts.map(({ prompt, sequences }) =>
    scorePrompt(prompt, Float64Array.from(sequences.flatMap((sequence) => [...nllAt(nll, sequence)]))),
  );
}

function readings(questions: Questions, nll: readonly Float64Array[]): Likelihoods {
  const { choices } = questions;
  const scores = scoresOf(questions, nll);
  if (choices.length === 0) return { scores };
  const judged = choices.map(({ asked, ...question }) => ({
    ...question,
    logLikelihoods: asked.map((choice) => logLikelihood(choice, nllAt(nll, choice.sequence))),
  }));
  return { scores, multipleChoice: multipleChoice(judged) };
}

/** Nothing where no answer was asked for, or nothing is known to end one. */
function eos(
  { tokenizer, ...subject }: Subject,
  { ends: asked }: Questions,
  ends: readonly EndReading[],
  baseEnds?: readonly EndReading[],
): Pick<Likelihoods, "eos"> {
  if (ends.length === 0) return {};
  const ids = endsOf(subject).map((id) => ({ id, token: tokenizer.tokenOf(id) ?? "" }));
  return { eos: eosHealth(ids, endReadings(asked, ends), baseEnds && endReadings(asked, baseEnds)) };
}

function endIds(subject: Subject, { ends }: Questions): readonly number[] {
  return ends.length === 0 ? [] : endsOf(subject);
}

function endReadings(asked: readonly AskedEnd[], rows: readonly EndReading[]): EndReadings {
  return {
    final: asked.flatMap(({ final }) => rows[final] ?? []),
    inside: asked.flatMap(({ inside }) => inside.flatMap((row) => rows[row] ?? [])),
  };
}

function nllAt(nll: readonly Float64Array[], sequence: number): Float64Array {
  return nll[sequence] ?? new Float64Array();
}
