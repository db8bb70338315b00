import { own } from "../../base/own";
import type { GuardEvent } from "../../engine/protocol/evalProtocol";
import { GUARD_DEFAULTS, GUARD_POSITIONS, type GuardChoices } from "../../eval/guard/guardDefaults";
import type { GuardAction, GuardLimit, GuardOptions, GuardReport, PromptSet } from "../../eval/types";
import type { ModelsSlice } from "../models/models";
import type { PromptSetsSlice } from "../prompts/promptSets";
import type { PlanSlice } from "../recipe/plan";
import type { SettingsSlice } from "../settings";
import type { Slice } from "../slice";
import { defaultSet, isSampleRecipe, usableSets } from "./measureRequest";
import type { MeasurementRecord } from "./records";

/** How merges are watched. */
export interface GuardSettings extends GuardChoices {
  /** Undefined until somebody decides: then it is on for the bundled samples alone, where it takes seconds. */
  readonly on: boolean | undefined;
  /** Id of a prompt set; undefined: the one that suits the recipe. */
  readonly set: string | undefined;
  /** How many of its prompts are used: the first ones. */
  readonly prompts: number;
}

export interface GuardSlice {
  readonly guard: GuardSettings;
  /** How far the guard of the merge or the trial under way is, in forward passes of a layer. */
  readonly guardProgress: { readonly done: number; readonly total: number } | undefined;
  changeGuard(change: Partial<GuardSettings>): void;
}

const defaultGuard: GuardSettings = {
  on: undefined,
  set: undefined,
  prompts: 4,
  ...GUARD_DEFAULTS,
};

export const createGuardSlice: Slice<GuardSlice> = (set) => ({
  guard: defaultGuard,
  guardProgress: undefined,
  changeGuard: (change) => set(({ guard }) => ({ guard: { ...guard, ...change } })),
});

/** Whether the next merge is watched. */
export function isGuarded(state: Pick<GuardSlice & PlanSlice & ModelsSlice, "guard" | "report" | "models">): boolean {
  return state.guard.on ?? isSampleRecipe(state);
}

/** Why the guard could only look at the whole of the recipe's merge, where that is so. */
export function guardLimitOf({ report }: Pick<PlanSlice, "report">): GuardLimit | undefined {
  return report?.plan?.guardLimit;
}

/** What is done over the cap: where nothing can be taken back, a warning stands for what would take it back. */
export function actionInForce(state: Pick<GuardSlice & PlanSlice, "guard" | "report">): GuardAction {
  const { action } = state.guard;
  return guardLimitOf(state) && action !== "stop" ? "warn" : action;
}

type Guarding = Pick<
  GuardSlice & PromptSetsSlice & PlanSlice & ModelsSlice & SettingsSlice,
  "guard" | "promptSets" | "report" | "models" | "language"
>;

/** The set the guard measures with. */
export function guardSet(state: Guarding): PromptSet | undefined {
  return usableSets(state).find(({ id }) => id === state.guard.set) ?? defaultSet(state);
}

/** What the engine is told about the guard; undefined when there are no prompts to watch with. */
export function guardOptions(state: Guarding): GuardOptions | undefined {
  const set = guardSet(state);
  if (!set) return undefined;
  const { prompts, cap, action, groupLayers, order } = state.guard;
  return {
    sets: [{ ...set, prompts: set.prompts.slice(0, prompts) }],
    cap,
    action,
    groupLayers,
    order,
    positions: GUARD_POSITIONS,
  };
}

/** What an event of the guard adds to the record of its run. */
export function withGuardEvent(
  record: MeasurementRecord,
  event: Exclude<GuardEvent, { type: "guard-progress" }>,
): MeasurementRecord {
  if (event.type === "guard-begin") {
    return { ...record, watched: { cap: event.cap, stages: [] } };
  }
  const { watched } = record;
  if (!watched) return record;
  return event.type === "guard-stage"
    ? { ...record, watched: { ...watched, stages: [...watched.stages, event.stage] } }
    : { ...record, watched: { ...watched, stages: event.report.stages, report: event.report } };
}

/**
 * How a watched recipe ended, the gravest first: `incurable` is NaN or Inf that groups at strength 0 still give, `base` a merge of
 * which nothing is left.
 */
export type GuardEnding = "incurable" | "stopped" | "not-finite" | "base" | "changed" | "warned" | "kept";

export function endingOf({ end, stages, stopped, strengths }: GuardReport): GuardEnding {
  const changed = Object.keys(strengths).length > 0;
  // 0 times NaN is NaN: what a model brings along is not taken back by a weight.
  if (!Number.isFinite(end.relative.ratio)) return changed ? "incurable" : "not-finite";
  if (stopped) return "stopped";
  if (changed) return stages.every(({ group }) => own(strengths, group.id) === 0) ? "base" : "changed";
  return stages.some(({ verdict }) => verdict === "warned") ? "warned" : "kept";
}
