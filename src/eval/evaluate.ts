import type { AwaseError } from "../base/errors";
import type { Generated, LanguageModel } from "../lm/types";
import type { TokenIds } from "../tokens/types";
import { baseAnswers, basePass } from "./base";
import type { BaseCache } from "./baseCache";
import { tokensIn } from "./batch";
import { evalFailure } from "./failures";
import { Meter } from "./guard/meter";
import { likelihoods, likelihoodsAgainst, scoresOf } from "./likelihoods";
import { accuracy } from "./measures/accuracy";
import { answeredPrompts, greedyAnswers, promptIds } from "./measures/answers";
import { type AnswerMatch, matches } from "./measures/exactMatch";
import { generationHealth } from "./measures/generationHealth";
import { endsOf, type Measured, realVocabulary, type Subject } from "./measures/measured";
import { perplexity } from "./measures/perplexity";
import { relativePerplexity } from "./measures/relative";
import { otherTokens, type Questions, questionsOf } from "./questions";
import type { Evaluation, Measure, PositionRule, Prompt, PromptSet } from "./types";
import { windowFor } from "./windows";

export interface EvaluateOptions {
  readonly measures: readonly Measure[];
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
 * @throws {AwaseError} `eval/positions`, `eval/nothing-scored`, `eval/other-tokens` where nothing but the divergence from such
 *   a base is asked for, and what a forward pass throws
 */
export async function evaluate(subject: Subject, set: PromptSet, options: EvaluateOptions): Promise<Evaluation> {
  const begin = performance.now();
  const { measures, maxTokens } = options;
  const differing = options.base ? otherTokens(set.prompts, subject.tokenizer, options.base.tokenizer) : 0;
  if (differing > 0 && measures.every((measure) => measure === "divergence")) throw notComparable(set, differing);
  const base = differing === 0 ? options.base : undefined;
  const questions = questionsOf(set.prompts, {
    tokenizer: subject.tokenizer,
    measures,
    positions: options.positions,
    window: windowFor([subject.context, base?.context]),
  });
  const prompts = answeredPrompts(set, measures);
  const asked = promptIds(subject.tokenizer, prompts);
  const passTokens = tokensIn(questions.batch.sequences);
  const meter = new Meter<Parts>(
    {
      base: base ? tokensIn(questions.compared.sequences) : 0,
      subject: passTokens,
      answers: asked.length * maxTokens,
      baseAnswers: base && measures.includes("generation") ? asked.length * maxTokens : 0,
    },
    options.onProgress,
  );
  const texts = await measureTexts(subject, base, questions, options, meter);
  const answers = await generated(subject, base, asked, options, meter);
  return {
    set: set.id,
    ...(differing > 0 && { otherTokens: { prompts: differing, of: set.prompts.length } }),
    ...texts,
    ...(answers.own.length > 0 && answersMeasured(subject, prompts, answers, options)),
    tokens: passTokens + tokensIn(asked) + tokensIn(answers.own.map(({ ids }) => ids)),
    seconds: (performance.now() - begin) / 1000,
  };
}

function notComparable({ prompts }: PromptSet, differing: number): AwaseError {
  return evalFailure("eval/other-tokens", { found: differing, prompts: prompts.length });
}

/** What is read from the probabilities of given texts. */
async function measureTexts(
  subject: Subject,
  base: Measured | undefined,
  questions: Questions,
  { measures, topK, cache, signal }: EvaluateOptions,
  meter: Meter<Parts>,
): Promise<Partial<Evaluation>> {
  const pass = { signal, onTokens: (tokens: number) => meter.at("subject", tokens) };
  if (!base) {
    const { scores, ...found } = await likelihoods(subject, questions, pass);
    return { ...(measures.includes("perplexity") && { perplexity: perplexity(scores) }), ...found };
  }
  const width = realVocabulary(subject.tokenizer, subject.model, base.model);
  const keeping = topK === undefined ? "states" : { k: topK, width, ends: endsOf(subject) };
  const onTokens = (tokens: number) => meter.at("base", tokens);
  const before = await basePass(base, questions.compared, keeping, { cache, signal, onTokens });
  meter.finish("base");
  const known = { ...before, model: base.model };
  const { scores, divergence, baseEos: _, ...found } = await likelihoodsAgainst(subject, known, questions, pass);
  return {
    ...(measures.includes("perplexity") && {
      perplexity: perplexity(scores),
      relative: relativePerplexity(scores, scoresOf(questions, before.nll)),
    }),
    ...(measures.includes("divergence") && { divergence }),
    ...found,
  };
}

interface Answers {
  readonly own: readonly Generated[];
  /** The base's to the same prompts, where they are needed. */
  readonly base?: readonly Generated[];
}

async function generated(
  subject: Subject,
  base: Measured | undefined,
  prompts: readonly TokenIds[],
  { measures, maxTokens, cache, signal }: EvaluateOptions,
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
  if (!base || !measures.includes("generation")) return { own };
  const make = () => greedy(base.model, "baseAnswers");
  const answers = await baseAnswers(base, prompts, { maxTokens, stop }, cache, make);
  meter.finish("baseAnswers");
  return { own, base: answers };
}

function answersMeasured(
  { tokenizer }: Subject,
  prompts: readonly Prompt[],
  { own, base }: Answers,
  { measures, match = { kind: "line" } }: EvaluateOptions,
): Pick<Evaluation, "generation" | "exactMatch"> {
  const verdicts = prompts.flatMap(({ answer }, i) =>
    answer === undefined ? [] : [matches(tokenizer.decode(own[i]?.ids ?? [], { skipSpecial: true }), answer, match)],
  );
  return {
    ...(measures.includes("generation") && { generation: generationHealth(own, base) }),
    ...(measures.includes("exact-match") && verdicts.length > 0 && { exactMatch: accuracy(verdicts) }),
  };
}
