import type { GuardEvent } from "../engine/evalProtocol";
import type { GuardAction, GuardOptions, PromptSet } from "../eval/types";
import { defaultSet, isSampleRecipe } from "./measureRequest";
import type { MeasurementRecord } from "./records";
import type { Slice } from "./slice";
import type { StudioState } from "./studio";

/** How merges are watched. */
export interface GuardSettings {
  /** Undefined until somebody decides: then it is on for the bundled samples alone, where it takes seconds. */
  readonly on: boolean | undefined;
  /** Id of a prompt set; undefined: the one that suits the recipe. */
  readonly set: string | undefined;
  /** How many of its prompts are used: the first ones. */
  readonly prompts: number;
  readonly cap: number;
  readonly action: GuardAction;
  readonly groupLayers: number;
  readonly order: GuardOptions["order"];
}

export interface GuardSlice {
  readonly guard: GuardSettings;
  /** How far the guard of the merge or the trial under way is, in forward passes of a layer. */
  readonly guardProgress: { readonly done: number; readonly total: number } | undefined;
  changeGuard(change: Partial<GuardSettings>): void;
}

export const GUARD_ACTIONS: readonly GuardAction[] = ["warn", "halve", "roll-back", "stop"];

/** Logits at the last eight tokens of each prompt are compared, as in the published merges of others. */
export const POSITIONS = "tail:8";

export const defaultGuard: GuardSettings = {
  on: undefined,
  set: undefined,
  prompts: 4,
  cap: 2,
  action: "roll-back",
  groupLayers: 4,
  order: "up",
};

export const createGuardSlice: Slice<GuardSlice> = (set) => ({
  guard: defaultGuard,
  guardProgress: undefined,
  changeGuard: (change) => set(({ guard }) => ({ guard: { ...guard, ...change } })),
});

/** Whether the next merge is watched. */
export function isGuarded(state: Pick<StudioState, "guard" | "report" | "models">): boolean {
  return state.guard.on ?? isSampleRecipe(state);
}

type Guarding = Pick<StudioState, "guard" | "promptSets" | "report" | "models" | "language">;

/** The set the guard measures with. */
export function guardSet(state: Guarding): PromptSet | undefined {
  return state.promptSets.find(({ set }) => set.id === state.guard.set)?.set ?? defaultSet(state);
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
    positions: POSITIONS,
  };
}

/** What an event of the guard adds to the record of its run. */
export function withGuardEvent(
  record: MeasurementRecord,
  event: Exclude<GuardEvent, { type: "guard-progress" }>,
  order: GuardOptions["order"],
): MeasurementRecord {
  if (event.type === "guard-begin") {
    return { ...record, watched: { cap: event.cap, order, basePerplexity: event.basePerplexity, stages: [] } };
  }
  const { watched } = record;
  if (!watched) return record;
  return event.type === "guard-stage"
    ? { ...record, watched: { ...watched, stages: [...watched.stages, event.stage] } }
    : { ...record, watched: { ...watched, stages: event.report.stages, report: event.report } };
}
