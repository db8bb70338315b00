import type { AwaseError } from "../base/errors";
import type { Generated, LanguageModel } from "../lm/types";
import type { TokenIds } from "../tokens/types";
import { baseAnswers, basePass } from "./base";
import type { BaseCache } from "./baseCache";
import { type Batch, BatchBuilder, runPass, tokensIn } from "./batch";
import type { AnswerMeasure, Asking, Measure, TextMeasure, ValuesOf } from "./defineMeasure";
import { evalFailure } from "./failures";
import { Meter } from "./guard/meter";
import { greedyAnswers, promptIds } from "./measures/answers";
import { endsOf, type Measured, realVocabulary, type Subject } from "./measures/measured";
import { readRows } from "./rows";
import { otherTokens } from "./texts";
import type { AnswerMatch, EvaluationFacts, PositionRule, Prompt, PromptSet } from "./types";
import { windowFor } from "./windows";

export interface EvaluateOptions<M extends Measure = Measure> {
  readonly measures: readonly M[];
  /** Where divergence is measured. */
  readonly positions: PositionRule;
  /** Compares with the base's K likeliest tokens, which are small enough to keep for good; absent: exactly. */
  readonly topK?: number;
  /** Most tokens of a generated answer. */
  readonly maxTokens: number;
  /** How generated answers are held against expected ones; by their first line unless given. */
  readonly match?: AnswerMatch;
  /** What the subject is compared with. */
  readonly base?: Measured;
  /** Where values of the base are kept. */
  readonly cache?: BaseCache;
  readonly signal?: AbortSignal;
  /** In tokens. `done` never falls, `total` never changes. */
  readonly onProgress?: (done: number, total: number) => void;
}

type Parts = "base" | "subject" | "answers" | "baseAnswers";

/**
 * Measures one model with one set. Subject and base each make one pass over all texts; distributions are computed again from
 * the rows after the final norm, a bounded number at a time. Where base and subject cut the texts into different tokens,
 * nothing is said against the base, which `otherTokens` then says: compare bits per byte. Texts longer than both were made for go through in windows.
 * @returns with what each measure found, under its own names
 * @throws {AwaseError} `eval/positions`, `eval/nothing-scored`, `eval/other-tokens` where nothing is asked for but what needs
 *   such a base, and what a forward pass throws
 */
export async function evaluate<M extends Measure>(
  subject: Subject,
  set: PromptSet,
  options: EvaluateOptions<M>,
): Promise<EvaluationFacts & ValuesOf<M>> {
  const begin = performance.now();
  const { maxTokens } = options;
  const differing = options.base ? otherTokens(set.prompts, subject.tokenizer, options.base.tokenizer) : 0;
  if (differing > 0 && options.measures.every(({ base }) => base === "required")) throw notComparable(set, differing);
  const base = differing === 0 ? options.base : undefined;
  const measures: readonly Measure[] = options.measures.filter((measure) => measure.base !== "required" || base);
  const questions = questionsOf(set.prompts, measures.filter(readsTexts), {
    tokenizer: subject.tokenizer,
    positions: options.positions,
    window: windowFor([subject.context, base?.context]),
  });
  const answering = measures.filter(readsAnswers);
  const prompts = set.prompts.filter((prompt) => answering.some((measure) => measure.to(prompt)));
  const asked = promptIds(subject.tokenizer, prompts);
  const baseAnswers = base && answering.some((measure) => measure.base !== "none") ? base : undefined;
  const passTokens = tokensIn(questions.batch.sequences);
  const meter = new Meter<Parts>(
    {
      base: base ? tokensIn(questions.compared.sequences) : 0,
      subject: passTokens,
      answers: asked.length * maxTokens,
      baseAnswers: baseAnswers ? asked.length * maxTokens : 0,
    },
    options.onProgress,
  );
  const found = await measureTexts(subject, base, questions, options, meter);
  const answers = await generated(subject, baseAnswers, asked, options, meter);
  const evaluation: EvaluationFacts = {
    set: set.id,
    ...(differing > 0 && { otherTokens: { prompts: differing, of: set.prompts.length } }),
    ...found,
    ...answersMeasured(subject, answering, prompts, answers, options),
    tokens: passTokens + tokensIn(asked) + tokensIn(answers.own.map(({ ids }) => ids)),
    seconds: (performance.now() - begin) / 1000,
  };
  return evaluation as EvaluationFacts & ValuesOf<M>; // what its measures declare is what their readings gave
}

function notComparable({ prompts }: PromptSet, differing: number): AwaseError {
  return evalFailure("eval/other-tokens", { found: differing, prompts: prompts.length });
}

function readsTexts(measure: Measure): measure is TextMeasure {
  return measure.reads === "texts";
}

function readsAnswers(measure: Measure): measure is AnswerMeasure {
  return measure.reads === "answers";
}

/** What the measures that need no generation ask of a model about one set. */
interface Questions {
  /** Everything. */
  readonly batch: Batch;
  /** The part that is asked of the base too; its sequences and rows have the same numbers. */
  readonly compared: Batch;
  /** One for each measure. */
  readonly readings: readonly ReturnType<TextMeasure["ask"]>[];
}

function questionsOf(
  prompts: readonly Prompt[],
  measures: readonly TextMeasure[],
  asking: Omit<Asking, "batch">,
): Questions {
  const batch = new BatchBuilder();
  const ask = (measure: TextMeasure) => measure.ask(prompts, { ...asking, batch });
  const comparing = measures.filter(({ base }) => base !== "none").map(ask);
  const compared = batch.soFar();
  return { batch, compared, readings: [...comparing, ...measures.filter(({ base }) => base === "none").map(ask)] };
}

/** What is read from the probabilities of given texts. */
async function measureTexts(
  subject: Subject,
  base: Measured | undefined,
  { batch, compared, readings }: Questions,
  { topK, cache, signal }: EvaluateOptions,
  meter: Meter<Parts>,
): Promise<object> {
  const { tokenizer, model } = subject;
  const width = base ? realVocabulary(tokenizer, model, base.model) : realVocabulary(tokenizer, model);
  const keeping = topK === undefined ? "states" : { k: topK, width, ends: endsOf(subject) };
  const onTokens = (tokens: number) => meter.at("base", tokens);
  const before = base && (await basePass(base, compared, keeping, { cache, signal, onTokens }));
  if (base) meter.finish("base");
  const pass = { signal, onTokens: (tokens: number) => meter.at("subject", tokens) };
  const { nll, states } = await runPass(model, batch, pass);
  const begun = readings.map((read) => read(subject, before?.rows));
  const known = base && before && { model: base.model, rows: before.rows };
  await readRows({ model, states }, known, begun, { width, signal });
  return together(begun.map((reading) => reading.found(nll, before?.nll)));
}

interface Answers {
  readonly own: readonly Generated[];
  /** The base's to the same prompts, where they are needed. */
  readonly base?: readonly Generated[];
}

/** @param base where its answers are needed */
async function generated(
  subject: Subject,
  base: Measured | undefined,
  prompts: readonly TokenIds[],
  { maxTokens, cache, signal }: EvaluateOptions,
  meter: Meter<Parts>,
): Promise<Answers> {
  const stop = endsOf(subject);
  const greedy = async (model: LanguageModel, part: Parts) => {
    const onTokens = (tokens: number) => meter.at(part, tokens);
    const answers = await greedyAnswers(model, prompts, { maxTokens, stop, signal, onTokens });
    meter.finish(part);
    return answers;
  };
  const own = await greedy(subject.model, "answers");
  if (!base) return { own };
  const make = () => greedy(base.model, "baseAnswers");
  const answers = await baseAnswers(base, prompts, { maxTokens, stop }, cache, make);
  meter.finish("baseAnswers");
  return { own, base: answers };
}

function answersMeasured(
  { tokenizer }: Subject,
  measures: readonly AnswerMeasure[],
  prompts: readonly Prompt[],
  { own, base }: Answers,
  { match = { kind: "line" } }: EvaluateOptions,
): object {
  const answers = prompts.flatMap((prompt, at) => {
    const answer = own[at];
    return answer ? [{ prompt, own: answer, base: base?.[at] }] : [];
  });
  const found = measures.map((measure) =>
    measure.read(
      answers.filter(({ prompt }) => measure.to(prompt)),
      { tokenizer, match },
    ),
  );
  return together(found);
}

function together(found: readonly (object | undefined)[]): object {
  return Object.fromEntries(found.flatMap((fields = {}) => Object.entries(fields)));
}
