import { basePass } from "../base";
import type { BaseCache } from "../baseCache";
import { runPass, tokensIn } from "../batch";
import { evalFailure } from "../failures";
import type { Measured, Subject } from "../measures/measured";
import { perplexity } from "../measures/perplexity";
import { relativePerplexity } from "../measures/relative";
import { otherTokens, scoresOf } from "../texts";
import type { GuardLimit, GuardOptions, GuardReport, GuardStage, StageGroup } from "../types";
import { windowFor } from "../windows";
import { GUARD_BEGIN, judge } from "./guardMachine";
import { Meter } from "./meter";
import { guardQuestions, readGuard } from "./questions";

export interface WholeGuardRun {
  readonly base: Measured;
  readonly merged: Subject;
  readonly options: GuardOptions;
  /** Why nothing of the merge can be taken back. */
  readonly limit: GuardLimit;
  /** The recipe of the merge, which stays as it is. */
  readonly recipe: string;
  readonly cache?: BaseCache;
  readonly signal?: AbortSignal;
  readonly onBegin?: (perplexity: number) => void;
  /** `done` never falls, `total` never changes. */
  readonly onProgress?: (done: number, total: number) => void;
  readonly onStage?: (stage: GuardStage) => void;
}

/**
 * Watches a merge of which no part can be taken back, a stack of layers say: the whole of it is measured against the base, and
 * over the cap the guard stops where it was told to, or else warns. Divergence is that of the tokens both models have.
 * @throws {AwaseError} `eval/other-tokens`, `eval/nothing-scored`, `eval/positions`, and what a forward pass throws
 */
export async function runWholeGuard(run: WholeGuardRun): Promise<GuardReport> {
  const { base, merged, options, limit, recipe, cache, signal } = run;
  const prompts = options.sets.flatMap((set) => set.prompts);
  const found = otherTokens(prompts, base.tokenizer, merged.tokenizer);
  if (found > 0) throw evalFailure("eval/other-tokens", { found, prompts: prompts.length });
  const questions = guardQuestions(
    prompts,
    { tokenizer: base.tokenizer, positions: options.positions, window: windowFor([base.context, merged.context]) },
    { ends: true },
  );
  const tokens = tokensIn(questions.batch.sequences);
  const meter = new Meter({ base: tokens, whole: tokens }, run.onProgress);
  const before = await basePass(base, questions.batch, "states", {
    cache,
    signal,
    onTokens: (done) => meter.at("base", done),
  });
  meter.finish("base");
  const baseScores = scoresOf(questions.texts, before.nll);
  const basePerplexity = perplexity(baseScores).tokenWeighted;
  run.onBegin?.(basePerplexity);

  const onTokens = (done: number) => meter.at("whole", done);
  const pass = await runPass(merged.model, questions.batch, { signal, onTokens });
  const read = await readGuard(merged, { ...before, model: base.model }, questions, pass, signal);
  meter.finish("whole");
  const own = perplexity(read.scores);
  const relative = relativePerplexity(read.scores, baseScores);
  const group: StageGroup = { id: "whole", kind: "whole", from: 0, to: merged.model.facts.layers };
  const action = options.action === "stop" ? "stop" : "warn";
  const nonFinite = [relative.ratio, read.divergence.symmetric].filter((value) => !Number.isFinite(value)).length;
  const rules = { groups: [group.id], cap: options.cap, action } as const;
  const { verdict, next } = judge(rules, GUARD_BEGIN, { ratio: relative.ratio, nonFinite });
  const stage: GuardStage = {
    index: 0,
    group,
    strength: 1,
    perplexity: own.tokenWeighted,
    relative,
    divergence: read.divergence,
    verdict,
    drift: [],
  };
  run.onStage?.(stage);
  return {
    base: { perplexity: basePerplexity, prompts: baseScores, ...(read.baseEos && { eos: read.baseEos }) },
    stages: [stage],
    end: { perplexity: own, relative, divergence: read.divergence, ...(read.eos && { eos: read.eos }) },
    strengths: {},
    recipe,
    stopped: next.stopped,
    limit,
  };
}
