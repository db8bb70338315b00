import type { AwaseError } from "../../base/errors";
import { Gate } from "../../base/gate";
import { own as strengthIn } from "../../base/own";
import type { Device } from "../../compute/device";
import { shareOf } from "../../compute/memoryLedger";
import { runGuard } from "../../eval/guard/guard";
import type { Strengths } from "../../eval/guard/guardMachine";
import { runWholeGuard } from "../../eval/guard/whole";
import type { GuardLimit, GuardOptions, GuardReport, GuardStage } from "../../eval/types";
import { tensorDrift } from "../../merge/drift";
import { methodFacts } from "../../merge/registry";
import { layerGroups, type ModelLayers } from "../../model/layout/layerOf";
import type { MergePlan } from "../../recipe/plan/plan";
import { stageOf } from "../../recipe/plan/stages/stages";
import type { Problem } from "../../recipe/problems/problem";
import { guardBase, guardLimit, plannedHeaders, unwritableLimit } from "../../recipe/strength/guardLimit";
import { openWeakening, type Weakening } from "../../recipe/strength/strength";
import { neverFallingBar } from "../boundary/monotone";
import { Throttle } from "../boundary/throttle";
import { engineFailure } from "../failures";
import { onDevice } from "../machine/onDevice";
import type { GuardEvent } from "../protocol/evalProtocol";
import { type EvaluationContext, measurable } from "./evaluation";
import { heldBack, holdModels, modelsOf } from "./holdModels";
import { MergeAtStrengths, notExpressible } from "./mergeAtStrengths";
import type { OpenModel, Subjects } from "./subjects";

const PROGRESS_INTERVAL = 100;
/** How often a tensor is there while its drift is measured: the base's values, the merged ones, both side by side, and the inputs of the merge. */
const DRIFT_COPIES = 6;

type OnEvent = (event: GuardEvent) => void;

/**
 * Measures a recipe group of layers by group of layers against its base (against the model that gives its config, where the
 * method has no base), without writing it. Where no group can be taken back, the whole is measured.
 * @throws {AwaseError} `recipe/invalid`, and what opening and measuring models throws
 */
export async function watch(
  context: EvaluationContext,
  recipe: string,
  seed: number,
  options: GuardOptions,
  listener: OnEvent,
  signal: AbortSignal,
): Promise<GuardReport> {
  const plan = await context.planning.plan(recipe, seed);
  const onEvent = once(listener);
  const baseCache = heldBack(context.baseCache);
  const report = await onDevice(context.device, signal, (device) =>
    guard({ context: { ...context, baseCache }, plan, options, device, onEvent, signal }),
  );
  const base = guardBase(plan);
  await holdModels(context, stageOf(plan, base) ? modelsOf(plan) : modelsOf(plan, base), signal);
  await baseCache.release();
  onEvent({ type: "guard-end", report });
  return report;
}

/**
 * The same, before a merge that shall write what the guard settles on.
 * @throws {AwaseError} `guard/stopped`, `guard/stopped-whole`, or `guard/not-finite` for NaN and Inf, when the guard was told to stop over its cap
 */
export async function settle(...watched: Parameters<typeof watch>): Promise<GuardReport> {
  const report = await watch(...watched);
  const last = report.stages.at(-1);
  if (!report.stopped || !last) return report;
  const [, , , { cap }] = watched;
  throw report.limit ? stoppedWhole(last, cap, report.limit) : stoppedAt(last, cap);
}

function stoppedAt({ group, relative: { ratio }, drift, index }: GuardStage, cap: number): AwaseError {
  const facts = { group: group.id, stage: index };
  const broken = drift.find(({ nonFinite }) => nonFinite > 0);
  if (broken) {
    return engineFailure("guard/not-finite", { ...facts, tensor: broken.tensor, found: broken.nonFinite });
  }
  return engineFailure("guard/stopped", { ...facts, ratio, cap });
}

function stoppedWhole({ relative: { ratio } }: GuardStage, cap: number, { facts }: GuardLimit): AwaseError {
  return engineFailure("guard/stopped-whole", { base: String(facts.base ?? ""), ratio, cap });
}

interface Guarding {
  readonly context: EvaluationContext;
  readonly plan: MergePlan;
  readonly options: GuardOptions;
  readonly device: Device;
  readonly onEvent: OnEvent;
  readonly signal: AbortSignal;
}

async function guard(guarding: Guarding): Promise<GuardReport> {
  const { context, plan, options, device, onEvent, signal } = guarding;
  const { subjects, shelf } = context;
  const tensors = new Map(plan.tensors.map((tensor) => [tensor.name, tensor]));
  const layers = layerGroups({ config: plan.config, tensors }, options.groupLayers);
  const baseKey = guardBase(plan);
  const method = methodFacts.find(({ id }) => id === plan.method);
  const limit = guardLimit(plan, method, plannedHeaders(plan, baseKey) ?? shelf.model(baseKey));
  if (limit) return guardWhole(guarding, limit);
  const strengthOf = (strengths: Strengths) => (tensor: string) =>
    strengthIn(strengths, layers.groupOf(tensor).id) ?? 1;
  const opened = openWeakening(plan.recipe, { structure: context.planning.structure, base: baseKey });
  if (!opened.weakening) return guardWhole(guarding, unwritableLimit(plan, opened.problems[0]));
  const { weakening } = opened;
  const problem = noWayBack(options, weakening, layers);
  if (problem) return guardWhole(guarding, unwritableLimit(plan, problem));

  using merge = new MergeAtStrengths({ subjects, device, plan, weakening, layers, signal });
  // Rows of another vocabulary are compared with the base's for the same tokens, and texts are cut into the same ones for both.
  const moved = Object.keys(plan.rowMaps).length > 0;
  using own = moved ? undefined : await openBase(subjects, plan, device, signal);
  const base = own ?? (await merge.at(0));
  const throttle = new Throttle<GuardEvent>(PROGRESS_INTERVAL, onEvent);
  return await runGuard({
    base: await measurable(base),
    merged: (strengths) => merge.model(strengths),
    groups: layers.groups,
    options,
    recipe(strengths) {
      const { recipe, problems } = weakening.recipe(strengthOf(strengths));
      if (recipe !== undefined) return recipe;
      if (options.action === "stop") return plan.recipe; // nothing is written
      throw notExpressible(problems[0]);
    },
    cache: context.baseCache,
    signal,
    async drift(group, strengths) {
      const { source } = await merge.at(strengthIn(strengths, group.id) ?? 1);
      // Small tensors are measured side by side: alone, each would wait for its own numbers to come back.
      const room = new Gate(shareOf(device.info.budgetBytes, "drifting", "tensors"));
      const measured = await Promise.allSettled(
        [...tensors.values()]
          .filter(({ name }) => layers.groupOf(name).id === group.id)
          .map(async ({ name, bytes }) => {
            using _inside = await room.enter(DRIFT_COPIES * bytes);
            return await tensorDrift(base.source, source, name, device, { layer: layers.layerOf(name), signal });
          }),
      );
      return measured.map(settledValue).filter((drift) => drift !== undefined);
    },
    onBegin: (basePerplexity) => onEvent({ type: "guard-begin", basePerplexity, cap: options.cap }),
    onProgress: (done, total) => throttle.push({ type: "guard-progress", done, total }),
    onStage: (stage) => {
      throttle.flush();
      onEvent({ type: "guard-stage", stage });
    },
  });
}

function settledValue<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === "fulfilled") return settled.value;
  throw settled.reason;
}

/** Where the guard may take back a part, the recipe must have words for it; the reason why it has none. */
function noWayBack(
  { order, action }: GuardOptions,
  weakening: Weakening,
  { groups, groupOf }: ModelLayers,
): Problem | undefined {
  if (action === "warn" || action === "stop") return undefined;
  const [first] = order === "up" ? groups : groups.toReversed();
  return weakening.expressible((tensor) => (groupOf(tensor).id === first?.id ? 1 : 0))[0];
}

/** A merge of which no part can be taken back: all of it is measured. */
async function guardWhole(
  { context, plan, options, device, onEvent, signal }: Guarding,
  limit: GuardLimit,
): Promise<GuardReport> {
  const { subjects } = context;
  using base = await openBase(subjects, plan, device, signal);
  using merged = await subjects.openPlan(plan, device, "measure", signal);
  const throttle = new Throttle<GuardEvent>(PROGRESS_INTERVAL, onEvent);
  const { cap } = options;
  return await runWholeGuard({
    base: await measurable(base),
    merged: await measurable(merged),
    options,
    limit,
    recipe: plan.recipe,
    cache: context.baseCache,
    signal,
    onBegin: (basePerplexity) => onEvent({ type: "guard-begin", basePerplexity, cap, limit }),
    onProgress: (done, total) => throttle.push({ type: "guard-progress", done, total }),
    onStage: (stage) => {
      throttle.flush();
      onEvent({ type: "guard-stage", stage });
    },
  });
}

/** The model that a merge is held against: one that is loaded, or the result of another recipe of the text. */
function openBase(subjects: Subjects, plan: MergePlan, device: Device, signal: AbortSignal): Promise<OpenModel> {
  const key = guardBase(plan);
  const stage = stageOf(plan, key);
  return stage ? subjects.openPlan(stage, device, "measure", signal) : subjects.openModel(key, device, signal);
}

/** Passes on what was not said before: a guard that begins anew on another device measures the same stages again. */
function once(listener: OnEvent): OnEvent {
  let begun = false;
  let stages = 0;
  const bar = neverFallingBar((done, total) => listener({ type: "guard-progress", done, total }));
  return (event) => {
    if (event.type === "guard-progress") return bar(event.done, event.total);
    if (event.type === "guard-begin" && begun) return;
    if (event.type === "guard-begin") begun = true;
    if (event.type === "guard-stage" && event.stage.index < stages) return;
    if (event.type === "guard-stage") stages = event.stage.index + 1;
    listener(event);
  };
}
