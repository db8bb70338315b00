import { own } from "../../base/own";
import type { LanguageModel, LanguageModelFacts } from "../../lm/types";
import { type BasePass, basePass } from "../base";
import type { BaseCache } from "../baseCache";
import { type PassResult, runPass, tokensIn } from "../batch";
import { evalFailure } from "../failures";
import type { Measured } from "../measures/measured";
import { perplexity } from "../measures/perplexity";
import { relativePerplexity } from "../measures/relative";
import { sum } from "../measures/statistics";
import { scoresOf } from "../texts";
import type { GuardOptions, GuardReport, GuardStage, LayerGroup, TensorDrift } from "../types";
import { windowFor } from "../windows";
import {
  GUARD_BEGIN,
  type GuardReading,
  type GuardRules,
  type GuardState,
  groupOnTrial,
  judge,
  onTrial,
  type Strengths,
} from "./guardMachine";
import { Meter } from "./meter";
import { guardQuestions, type Questions, readGuard } from "./questions";
import { type Parts, Stack } from "./stack";

export interface GuardRun {
  readonly base: Measured;
  /** The merge with some groups at another strength; a group that is not named has 1. Not written anywhere. */
  readonly merged: (strengths: Strengths) => Promise<LanguageModel>;
  /** All of the model, from the embedding up. */
  readonly groups: readonly LayerGroup[];
  readonly options: GuardOptions;
  /** How the tensors of a group changed against the base. */
  readonly drift: (group: LayerGroup, strengths: Strengths) => Promise<readonly TensorDrift[]>;
  /** The recipe that gives the merge with these strengths. */
  readonly recipe: (strengths: Strengths) => string;
  /** Where the base's values are kept. */
  readonly cache?: BaseCache;
  readonly signal?: AbortSignal;
  /** Once the base is measured: its perplexity. */
  readonly onBegin?: (perplexity: number) => void;
  /** `done` never falls, `total` never changes. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly onStage?: (stage: GuardStage) => void;
}

/**
 * Watches a merge come into being: group by group the model takes its merged values, is measured against the base, and what
 * breaks it is dealt with by rule. The base is measured once; of each state only the layers that changed are computed again.
 * @throws {AwaseError} `guard/other-shape`, `eval/nothing-scored`, `eval/positions`, and what a forward pass throws
 */
export async function runGuard(run: GuardRun): Promise<GuardReport> {
  const { base, groups, options, signal } = run;
  const ordered = options.order === "up" ? groups : groups.toReversed();
  const rules: GuardRules = { ...options, groups: ordered.map(({ id }) => id) };
  const prompts = options.sets.flatMap((set) => set.prompts);
  const asking = { tokenizer: base.tokenizer, positions: options.positions, window: windowFor([base.context]) };
  const questions = guardQuestions(prompts, asking, { ends: true });
  const texts = guardQuestions(prompts, asking, { ends: false });
  const tokens = tokensIn(questions.batch.sequences);
  const meter = new Meter({ base: 1, stages: groups.length, end: 1 }, run.onProgress);
  using trials = new Trials(run, rules, texts, questions);

  const before = await trials.base((done) => meter.at("base", done));
  meter.finish("base");
  const baseScores = scoresOf(questions.texts, before.nll);
  const basePerplexity = perplexity(baseScores).tokenWeighted;
  run.onBegin?.(basePerplexity);

  const stages: GuardStage[] = [];
  let state = GUARD_BEGIN;
  for (let group = trials.group(state); group; group = trials.group(state)) {
    const { at } = state;
    const trial = await trials.measure(group, state, before, (done) => meter.at("stages", at + done));
    const { verdict, next } = judge(rules, state, readingOf(trial));
    const stage = { index: stages.length, group, strength: state.strength, ...trial, verdict };
    stages.push(stage);
    run.onStage?.(stage);
    state = next;
  }
  meter.finish("stages");

  const model = await trials.merged(state.decided);
  const onTokens = (done: number) => meter.at("end", done / tokens);
  const pass = trials.passOf(state) ?? (await runPass(model, questions.batch, { signal, onTokens }));
  const against = { ...before, model: base.model };
  const end = await readGuard({ ...base, model }, against, questions, pass, signal);
  meter.finish("end");
  return {
    base: { perplexity: basePerplexity, prompts: baseScores, ...(end.baseEos && { eos: end.baseEos }) },
    stages,
    end: {
      perplexity: perplexity(end.scores),
      relative: relativePerplexity(end.scores, baseScores),
      divergence: end.divergence,
      ...(end.eos && { eos: end.eos }),
    },
    strengths: state.decided,
    recipe: run.recipe(state.decided),
    stopped: state.stopped,
  };
}

type Trial = Pick<GuardStage, "perplexity" | "relative" | "divergence" | "drift">;

/** Measures the states that the machine asks for. */
class Trials implements Disposable {
  readonly #stack: Stack;
  readonly #groups: ReadonlyMap<string, LayerGroup>;
  /** Whether a trial answers everything: reference answers, where there are any, go through the base and the end only. */
  readonly #complete: boolean;
  /** The merge that was asked for last: most trials differ from the one before in nothing that it must know. */
  #last: { readonly key: string; readonly model: LanguageModel } | undefined;
  #pass: PassResult | undefined;

  /** Texts come first in every batch: their sequences and rows have the same numbers in `texts` and in `questions`. */
  constructor(
    private readonly run: GuardRun,
    private readonly rules: GuardRules,
    private readonly texts: Questions,
    private readonly questions: Questions,
  ) {
    const { base, groups, signal } = run;
    this.#complete = texts.batch.sequences.length === questions.batch.sequences.length;
    const { batch } = this.#complete ? questions : texts;
    this.#stack = new Stack({ ...batch, groups, hidden: base.model.facts.hidden, signal });
    this.#groups = new Map(groups.map((group) => [group.id, group]));
  }

  /** The base's values for all questions. What it gave on the way is kept where the first trial goes on from it. */
  base(onProgress: (done: number) => void): Promise<BasePass> {
    const { base, groups, cache, options, signal } = this.run;
    const strengths = Object.fromEntries(groups.map(({ id }) => [id, 0]));
    const down = options.order === "down";
    const onLayer = (done: number, total: number) => onProgress(done / total);
    const tokens = tokensIn(this.questions.batch.sequences);
    return basePass(base, this.questions.batch, "states", {
      cache,
      signal,
      onTokens: (done) => onProgress(done / tokens),
      ...(this.#complete && {
        pass: () => this.#stack.run(this.#parts(strengths, base.model), () => down, onLayer),
      }),
    });
  }

  group(state: GuardState): LayerGroup | undefined {
    return this.#groups.get(groupOnTrial(this.rules, state) ?? "");
  }

  async measure(
    group: LayerGroup,
    state: GuardState,
    before: BasePass,
    onProgress: (done: number) => void,
  ): Promise<Trial> {
    const { base, signal, options } = this.run;
    const strengths = onTrial(this.rules, state);
    const parts = this.#parts(strengths, await this.merged(this.#asked(strengths, state)));
    const drift = await this.run.drift(group, strengths);
    const below = this.#stack.boundaryBelow(group);
    // From the head down the base's activations lower down are needed next; from the embedding up those above, if it is kept.
    const needed = (at: number) => (options.order === "down" ? at <= below : at === below || at === below + 1);
    this.#pass = await this.#stack.run(parts, needed, (done, total) => onProgress(done / total));
    const { nll, states } = this.#pass;
    const compared = this.texts.batch.positions.length * base.model.facts.hidden;
    const { scores, divergence } = await readGuard(
      { ...base, model: parts.head },
      { model: base.model, ...before },
      this.texts,
      { nll, states: states.subarray(0, compared) },
      signal,
    );
    return {
      perplexity: perplexity(scores).tokenWeighted,
      relative: relativePerplexity(scores, scoresOf(this.texts.texts, before.nll)),
      divergence,
      drift,
    };
  }

  /** @throws {AwaseError} `guard/other-shape` */
  async merged(strengths: Strengths): Promise<LanguageModel> {
    const key = JSON.stringify(strengths);
    if (this.#last?.key !== key) {
      const model = await this.run.merged(strengths);
      requireShape(this.run.base.model.facts, model.facts);
      this.#last = { key, model };
    }
    return this.#last.model;
  }

  /**
   * What the merge gave for all questions, where the last trial was of just that merge. A group that was rolled back was the
   * base's in the trials: what the recipe makes of it is still to be seen.
   */
  passOf({ decided }: GuardState): PassResult | undefined {
    return this.#complete && !Object.values(decided).includes(0) ? this.#pass : undefined;
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }

  /**
   * What the merge must know of a trial. Layers whose turn has not come are the base's business; embedding and head are
   * named, for where they are tied, one matrix serves as both.
   */
  #asked(strengths: Strengths, { at }: GuardState): Strengths {
    return Object.fromEntries(
      Object.entries(strengths).filter(([id, strength]) => {
        const known = this.rules.groups.indexOf(id) <= at || this.#groups.get(id)?.kind !== "layers";
        return known && strength !== 1;
      }),
    );
  }

  /** The base computes what has its values, the merge the rest. */
  #parts(strengths: Strengths, merged: LanguageModel): Parts {
    const base = this.run.base.model;
    const of = (groups: readonly LayerGroup[]) => (groups.some(({ id }) => own(strengths, id) !== 0) ? merged : base);
    const ends = this.run.groups.filter(({ kind }) => kind !== "layers");
    return {
      embedding: of(ends.filter(({ kind }) => kind === "embedding")),
      layers: (group) => of([group]),
      head: of(ends),
      version: ({ id }) => String(own(strengths, id)),
    };
  }
}

/** NaN and Inf count, in the weights and in what came of them. */
function readingOf({ relative, divergence, drift }: Trial): GuardReading {
  const lost = [relative.ratio, divergence.symmetric].filter((value) => !Number.isFinite(value)).length;
  return { ratio: relative.ratio, nonFinite: lost + sum(drift.map(({ nonFinite }) => nonFinite)) };
}

function requireShape(base: LanguageModelFacts, merged: LanguageModelFacts): void {
  const shape = ({ layers, hidden, vocabulary }: LanguageModelFacts) =>
    `${layers} layers, width ${hidden}, ${vocabulary} tokens`;
  const [expected, found] = [shape(base), shape(merged)];
  if (found === expected) return;
  throw evalFailure("guard/other-shape", { expected, found });
}
