import { AwaseError } from "../../base/errors";
import { Gate } from "../../base/gate";
import { own } from "../../base/own";
import type { Device } from "../../compute/device";
import { runGuard } from "../../eval/guard/guard";
import type { Strengths } from "../../eval/guard/guardMachine";
import type { GuardOptions, GuardReport, GuardStage } from "../../eval/types";
import { tensorDrift } from "../../merge/drift";
import { layerGroups, type ModelLayers } from "../../model/layerOf";
import type { MergePlan } from "../../recipe/plan/plan";
import { openWeakening, type StrengthOptions, type Weakening } from "../../recipe/strength/strength";
import { neverFallingBar } from "../boundary/monotone";
import { Throttle } from "../boundary/throttle";
import { onDevice } from "../machine/onDevice";
import type { GuardEvent } from "../protocol/evalProtocol";
import { type EvaluationContext, measurable } from "./evaluation";
import { MergeAtStrengths, notExpressible } from "./mergeAtStrengths";

const PROGRESS_INTERVAL = 100;
/** Drift of several tensors is measured at once while they take no more than this part of the device's budget … */
const DRIFT_SHARE = 1 / 4;
/** … each being there so many times: the base's values, the merged ones, both side by side, and the inputs of the merge. */
const DRIFT_COPIES = 6;

type OnEvent = (event: GuardEvent) => void;

/**
 * Measures a recipe group of layers by group of layers against its base (against the model that gives its config, where the
 * method has no base), without writing it.
 * @throws {AwaseError} `recipe/invalid`, `guard/other-shape`, and what opening and measuring models throws
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
  const report = await onDevice(context.device, signal, (device) =>
    guard({ context, plan, options, device, onEvent, signal }),
  );
  onEvent({ type: "guard-end", report });
  return report;
}

/**
 * The same, before a merge that shall write what the guard settles on.
 * @throws {AwaseError} `guard/stopped`, or `guard/not-finite` for NaN and Inf, when the guard was told to stop over its cap
 */
export async function settle(...watched: Parameters<typeof watch>): Promise<GuardReport> {
  const report = await watch(...watched);
  const last = report.stages.at(-1);
  if (!report.stopped || !last) return report;
  const [, , , { cap }] = watched;
  throw stoppedAt(last, cap);
}

function stoppedAt({ group, relative: { ratio }, drift, index }: GuardStage, cap: number): AwaseError {
  const facts = { group: group.id, stage: index };
  const broken = drift.find(({ nonFinite }) => nonFinite > 0);
  if (broken) {
    return new AwaseError(
      "guard/not-finite",
      `The guard stopped the merge at ${group.id}: ${broken.tensor} has ${broken.nonFinite} NaN or Inf. Nothing was written. ` +
        "Look for a damaged model, which a lower weight does not mend, or for a weight that is far too large.",
      { facts: { ...facts, tensor: broken.tensor, found: broken.nonFinite } },
    );
  }
  return new AwaseError(
    "guard/stopped",
    `The guard stopped the merge at ${group.id}: perplexity is ${ratio.toPrecision(4)} times the base's, ` +
      `and at most ${cap} times are allowed. Nothing was written. Lower the weights, or let the guard roll back.`,
    { facts: { ...facts, ratio, cap } },
  );
}

interface Guarding {
  readonly context: EvaluationContext;
  readonly plan: MergePlan;
  readonly options: GuardOptions;
  readonly device: Device;
  readonly onEvent: OnEvent;
  readonly signal: AbortSignal;
}

async function guard({ context, plan, options, device, onEvent, signal }: Guarding): Promise<GuardReport> {
  const { subjects } = context;
  const tensors = new Map(plan.tensors.map((tensor) => [tensor.name, tensor]));
  const layers = layerGroups({ config: plan.config, tensors }, options.groupLayers);
  const baseKey = (plan.models.find(({ isBase }) => isBase) ?? plan.models[0])?.key ?? "";
  const weakening = weakeningOf(plan.recipe, { structure: context.planning.structure, base: baseKey });
  const strengthOf = (strengths: Strengths) => (tensor: string) => own(strengths, layers.groupOf(tensor).id) ?? 1;
  requireWayBack(options, weakening, layers);

  using base = await subjects.openModel(baseKey, device, signal);
  using merge = new MergeAtStrengths({ subjects, device, plan, weakening, layers, signal });
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
      const source = await merge.source(own(strengths, group.id) ?? 1);
      // Small tensors are measured side by side: alone, each would wait for its own numbers to come back.
      const room = new Gate(device.info.budgetBytes * DRIFT_SHARE);
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
    onBegin: (basePerplexity, stages) => onEvent({ type: "guard-begin", basePerplexity, stages, cap: options.cap }),
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

function weakeningOf(recipe: string, options: StrengthOptions): Weakening {
  const { weakening, problems } = { problems: undefined, ...openWeakening(recipe, options) };
  if (weakening) return weakening;
  throw notExpressible(problems[0]);
}

/**
 * Where the guard may take back a part, the recipe must have words for it: better said now than after all is measured.
 * @throws {AwaseError} `guard/not-expressible`
 */
function requireWayBack({ order, action }: GuardOptions, weakening: Weakening, { groups, groupOf }: ModelLayers): void {
  if (action === "warn" || action === "stop") return;
  const [first] = order === "up" ? groups : groups.toReversed();
  const [problem] = weakening.expressible((tensor) => (groupOf(tensor).id === first?.id ? 1 : 0));
  if (problem) throw notExpressible(problem);
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
