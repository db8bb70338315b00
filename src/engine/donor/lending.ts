import type { Alignment } from "../../align/fit/alignment";
import type { Lender, Strengths } from "../../align/lender";
import type { StageValues } from "../../align/stages/stageMeter";
import type { StageAction } from "../../align/stages/stages";
import { openTrials, type RunTrial, type Trial } from "../../align/stages/trial";
import { donorStats } from "../../align/stats";
import type { Said } from "../../base/sentences";
import type { Device } from "../../compute/device";
import type { GuardOptions, GuardReport, GuardStage } from "../../eval/types";
import type { TensorSource } from "../../model/sources/tensorSource";
import type { PlannedDonor } from "../../recipe/donor/donor";
import type { MergePlan } from "../../recipe/plan/plan";
import { neverFallingBar } from "../boundary/monotone";
import { Throttle } from "../boundary/throttle";
import { engineFailure, runNote } from "../failures";
import { onDevice } from "../machine/onDevice";
import { type EvaluationContext, measurable } from "../measuring/evaluation";
import { readGenerationConfig } from "../measuring/generationConfig";
import { heldBack, holdModels, modelsOf } from "../measuring/holdModels";
import type { MergeEvent } from "../protocol/protocol";
import type { Lenders } from "./lenders";
import type { LendingOutcome } from "./lendingOutcome";
import { STATS_FILE } from "./statsFile";

export interface LendingContext extends EvaluationContext {
  readonly lenders: Lenders;
}

export interface LendingOptions {
  /** Its prompts and positions of end; cap and strengths are the donor's own. Absent: nobody guards. */
  readonly guard?: GuardOptions | undefined;
  /** Whether it may go unguarded. */
  readonly unguarded: boolean;
}

const PROGRESS_INTERVAL = 100;

type OnEvent = (event: MergeEvent) => void;

/**
 * Aligns a plan's donor and puts its rows in stage by stage, each measured; over the cap they are halved or taken back. Nothing is written.
 * @throws {AwaseError} `donor/unguarded`, `align/…`, and what opening and measuring models throws
 */
export async function lend(
  context: LendingContext,
  plan: MergePlan,
  { guard, unguarded }: LendingOptions,
  onEvent: OnEvent,
  signal: AbortSignal,
): Promise<LendingOutcome> {
  const { donor } = plan;
  if (!donor) throw new TypeError("The plan has no donor.");
  if (!guard && !unguarded) throw engineFailure("donor/unguarded", { donor: donor.model });
  const throttle = new Throttle<MergeEvent>(PROGRESS_INTERVAL, onEvent);
  const bar = neverFallingBar((done, total) => throttle.push({ type: "guard-progress", done, total }));
  const baseCache = heldBack(context.baseCache);
  const outcome = await onDevice(context.device, signal, async (device): Promise<LendingOutcome> => {
    using base = await context.subjects.openPlan(withoutDonor(plan), device, "measure", signal);
    const lentTo = { weights: base.source, folder: base.texts.folder };
    const lender = await context.lenders.open(plan, lentTo, device, {
      signal,
      onProgress: (done) => bar(0.4 * done, 1),
    });
    throttle.flush();
    for (const note of fitNotes(lender)) onEvent({ type: "note", ...note });
    const prompts = guard?.sets.flatMap((set) => set.prompts);
    const run = openTrials({
      device,
      base: {
        measured: await measurable(base),
        source: base.source,
        config: plan.config,
        generationConfig: await readGenerationConfig(base.texts),
      },
      lender,
      prompts,
      cache: baseCache,
      signal,
    });
    const report = new StagesAsGuard(plan, onEvent);
    const trial = await runTrial(run, donor, report, bar, signal);
    throttle.flush();
    for (const note of endNotes(lender, trial, donor)) onEvent({ type: "note", ...note });
    const texts = prompts?.map(({ text }) => text) ?? [];
    const watched = report.end(trial);
    return {
      strengths: trial.outcome.strengths,
      stats: donorStats(lender, trial, donor, texts),
      ...(watched ? { guard: watched } : {}),
    };
  });
  await holdModels(context, modelsOf(plan), signal);
  await baseCache.release();
  if (outcome.guard) onEvent({ type: "guard-end", report: outcome.guard });
  return outcome;
}

function runTrial(
  run: RunTrial,
  { parameters }: PlannedDonor,
  report: StagesAsGuard,
  bar: (done: number, total: number) => void,
  signal: AbortSignal,
): Promise<Trial> {
  let measured = 0;
  return run(parameters, {
    signal,
    onBase: (values) => report.begin(values, parameters.ppl_cap),
    onTokens: (done, total) => bar(1 - 0.6 * 0.5 ** (measured + done / total), 1),
    onAction(action, values) {
      if (values) measured++;
      report.action(action, values);
    },
  });
}

/** What turns a plan's own tensors into those with the donor's rows, as it was decided. */
export async function lending(
  { lenders, subjects }: Pick<LendingContext, "lenders" | "subjects">,
  plan: MergePlan,
  strengths: Strengths,
  device: Device,
  signal: AbortSignal,
): Promise<(source: TensorSource) => TensorSource> {
  const { donor } = plan;
  if (!donor) throw new TypeError("The plan has no donor.");
  using base = await subjects.openPlan(withoutDonor(plan), device, "measure", signal);
  const lender = await lenders.open(plan, { weights: base.source, folder: base.texts.folder }, device, { signal });
  return (source) => lender.source(source, lender.choose(donor.parameters), strengths, donor.parameters);
}

/** What the rows are lent to. */
function withoutDonor({ donor, sideFiles, ...plan }: MergePlan): MergePlan {
  return { ...plan, sideFiles: sideFiles.filter(({ path }) => path !== STATS_FILE) };
}

/** The stages as the guard's, so that whoever draws those draws these. */
class StagesAsGuard {
  readonly #stages: GuardStage[] = [];
  #base: StageValues | undefined;

  constructor(
    private readonly plan: MergePlan,
    private readonly onEvent: OnEvent,
  ) {}

  begin(base: StageValues, cap: number): void {
    this.#base = base;
    this.onEvent({ type: "guard-begin", basePerplexity: base.ppl, cap });
  }

  action({ stage, did, strength }: StageAction, values: StageValues | undefined): void {
    if (!values?.found.divergence || did === "skipped") return;
    const { relative, divergence } = values.found;
    const kind = stage === "A" ? "embedding" : "head";
    const entry: GuardStage = {
      index: this.#stages.length,
      group: { id: kind, kind, from: 0, to: 0 },
      strength,
      perplexity: values.ppl,
      relative,
      divergence,
      verdict: did,
      drift: [],
    };
    this.#stages.push(entry);
    this.onEvent({ type: "guard-stage", stage: entry });
  }

  end({ outcome }: Trial): GuardReport | undefined {
    const end = outcome.end?.found;
    const divergence = end?.divergence ?? this.#stages[0]?.divergence;
    if (!this.#base || !end || !divergence) return undefined;
    const unchanged = end.divergence === undefined;
    const { embedding, head } = outcome.strengths;
    const touched = new Set(this.#stages.map(({ group }) => group.id));
    return {
      base: { perplexity: this.#base.ppl, prompts: end.perplexity.prompts },
      stages: this.#stages,
      end: {
        perplexity: end.perplexity,
        relative: end.relative,
        divergence: unchanged ? nothing(divergence) : divergence,
      },
      strengths: {
        ...(touched.has("embedding") && embedding !== 1 ? { embedding } : {}),
        ...(touched.has("head") && head !== 1 ? { head } : {}),
      },
      recipe: this.plan.recipe,
      stopped: false,
    };
  }
}

/** Of a model from itself. */
function nothing(like: GuardStage["divergence"]): GuardStage["divergence"] {
  return {
    ...like,
    symmetric: 0,
    forward: 0,
    backward: 0,
    standardError: 0,
    forwardStandardError: 0,
    sameTop: 1,
    max: 0,
    quantiles: { median: 0, q90: 0, q95: 0, q99: 0, q999: 0 },
    perPrompt: like.perPrompt.map(() => 0),
  };
}

/** Mean cosine of unseen pairs below which a donor's rows hardly point where the base's do. */
const POOR_COSINE = 0.3;

function fitNotes({ names, alignments }: Lender) {
  return (["embedding", "head"] as const).flatMap((part) => {
    const alignment = alignments[part];
    if (!alignment) return [];
    const { fit, base, donor } = alignment;
    const { heldOutCosine: cosine, residual, shared, nonFinite } = fit;
    return [
      runNote("donor/fit", { ...names, part, shared, cosine: known(cosine), residual, rank: fit.effectiveRank }),
      ...(cosine >= POOR_COSINE ? [] : [runNote("donor/poor-fit", { ...names, part })]),
      ...(fit.underdetermined ? [runNote("donor/underdetermined", underdetermined(part, alignment))] : []),
      ...(nonFinite > 0
        ? [runNote("donor/non-finite", { part, pairs: nonFinite, base: base.name, donor: donor.name })]
        : []),
    ];
  });
}

function underdetermined(part: "embedding" | "head", { fit, pairs, base, donor }: Alignment) {
  const needed = 2 * Math.max(base.width, donor.width);
  return { part, pairs: pairs.base.length, needed, spanned: fit.spanned, directions: fit.directions };
}

function known(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}

function endNotes({ names }: Lender, { actions, choice, rows, base }: Trial, { model, parameters }: PlannedDonor) {
  const skipped = actions.flatMap(({ stage, did, why }): readonly Said[] => {
    if (did !== "skipped") return [];
    const part = stage === "A" ? ("embedding" as const) : ("head" as const);
    if (why === "tied") return [runNote("donor/tied", { base: names.base })];
    if (why === "no-rows") return [runNote("donor/no-rows", { part, tau: choice[part]?.tau ?? 1 })];
    return [runNote("donor/head-left", { cap: parameters.ppl_cap })];
  });
  const total = rows.embedding + rows.head;
  return [
    ...skipped,
    ...(base ? [] : [runNote("donor/nobody-guards", { donor: model })]),
    total === 0 ? runNote("donor/nothing", { base: names.base }) : runNote("donor/rows", { ...names, ...rows }),
  ];
}
