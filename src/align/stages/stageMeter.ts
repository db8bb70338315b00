import { type BasePass, basePass } from "../../eval/base";
import type { BaseCache } from "../../eval/baseCache";
import { runPass, tokensIn } from "../../eval/batch";
import { guardQuestions, type Questions } from "../../eval/guard/questions";
import {
  divergenceReading,
  summariseTopDivergence,
  type TopDivergence,
  topDivergence,
  topRow,
} from "../../eval/measures/divergence";
import { type Measured, realVocabulary } from "../../eval/measures/measured";
import { perplexity } from "../../eval/measures/perplexity";
import { relativePerplexity } from "../../eval/measures/relative";
import { type RowReader, readRows } from "../../eval/rows";
import { scoresOf } from "../../eval/texts";
import type { Divergence, Perplexity, PositionRule, Prompt, RelativePerplexity } from "../../eval/types";
import { windowFor } from "../../eval/windows";
import type { LanguageModel } from "../../lm/types";

/** What is measured of a state of the base. Divergences in nats, symmetric, of the base's next-token distributions and its own. */
export interface StageValues {
  readonly ppl: number;
  /** Over the base's. */
  readonly relPPL: number;
  readonly klSym: number;
  /** Over the base's K likeliest tokens and one bucket for the others: a lower bound. */
  readonly klSymTopk: number;
  /** By prompt: −ln p of all its tokens but the first. */
  readonly nllPerPrompt: readonly number[];
  /** The same with their errors, and more. */
  readonly found: {
    readonly perplexity: Perplexity;
    readonly relative: RelativePerplexity;
    /** The base's own is none. */
    readonly divergence?: Divergence;
  };
}

export interface StageMeterOptions {
  readonly prompts: readonly Prompt[];
  readonly positions: PositionRule;
  readonly topK: number;
  readonly cache?: BaseCache | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Measures states of a base with one set of prompts; the base itself goes through once. */
export class StageMeter {
  private constructor(
    private readonly subject: Measured,
    private readonly questions: Questions,
    private readonly before: BasePass,
    private readonly topK: number,
    /** The base's own values. */
    readonly base: StageValues,
  ) {}

  /** @throws {AwaseError} `eval/nothing-scored`, `eval/positions`, and what a forward pass throws */
  static async open(base: Measured, options: StageMeterOptions): Promise<StageMeter> {
    const { prompts, positions, topK, cache, signal } = options;
    const asking = { tokenizer: base.tokenizer, positions, window: windowFor([base.context]) };
    const questions = guardQuestions(prompts, asking, { ends: false });
    const before = await basePass(base, questions.batch, "states", { cache, signal });
    const scores = scoresOf(questions.texts, before.nll);
    const values = {
      ppl: perplexity(scores).tokenWeighted,
      relPPL: 1,
      klSym: 0,
      klSymTopk: 0,
      nllPerPrompt: scores.map(({ nll }) => nll),
      found: { perplexity: perplexity(scores), relative: relativePerplexity(scores, scores) },
    };
    return new StageMeter(base, questions, before, topK, values);
  }

  /** Ids that the texts are made of. */
  get ids(): ReadonlySet<number> {
    return new Set(this.questions.batch.sequences.flat());
  }

  get tokens(): number {
    return tokensIn(this.questions.batch.sequences);
  }

  /** @param model the base in another state: same tokens, same shape */
  async measure(model: LanguageModel, signal?: AbortSignal, onTokens?: (done: number) => void): Promise<StageValues> {
    const { subject, questions, before, topK } = this;
    const { batch, texts, rows } = questions;
    const { nll, states } = await runPass(model, batch, { signal, onTokens });
    const exact = divergenceReading(rows, before.rows);
    const top = topReading(rows, topK);
    const width = realVocabulary(subject.tokenizer, model, subject.model);
    const against = { ...before, model: subject.model };
    await readRows({ model, states }, against, [exact, top], { width, signal });
    const [scores, own] = [scoresOf(texts, nll), scoresOf(texts, before.nll)];
    const relative = relativePerplexity(scores, own);
    const { divergence } = exact.found();
    return {
      ppl: perplexity(scores).tokenWeighted,
      relPPL: relative.ratio,
      klSym: divergence.symmetric,
      klSymTopk: top.found(),
      nllPerPrompt: scores.map((score) => score.nll),
      found: { perplexity: perplexity(scores), relative, divergence },
    };
  }
}

function topReading(rows: readonly (readonly number[])[], k: number): RowReader & { found(): number } {
  const found = new Map<number, TopDivergence>();
  return {
    atRow(row, q, p) {
      if (p?.kind === "logits") found.set(row, topDivergence(topRow(Float32Array.from(p.logits), k), q));
    },
    found: () =>
      summariseTopDivergence(
        rows.map((at) => at.flatMap((row) => found.get(row) ?? [])),
        k,
      ).symmetric,
  };
}
