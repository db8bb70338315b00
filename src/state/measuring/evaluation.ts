import { isAbort } from "../../base/errors";
import { latest } from "../../base/latest";
import type { EvaluationRequest, GuardEvent } from "../../engine/protocol/evalProtocol";
import { GUARD_POSITIONS } from "../../eval/guard/guardDefaults";
import type { Evaluation } from "../../eval/registry";
import { type Failure, failureOf } from "../failure";
import { baseOf, canMerge } from "../recipe/plan";
import { seedOf } from "../recipe/recipe";
import { isRunning, type RunSlice } from "../runs/run";
import type { Slice, StudioTools } from "../slice";
import { guardOptions, withGuardEvent } from "./guard";
import { newRecord, setsToMeasure } from "./measureRequest";
import type { RecordingNeeds } from "./needs";
import { hasValues, type MeasurementRecord, withMeasurement, withSet } from "./records";

/** The one measurement at a time. */
export type Measuring =
  | { readonly phase: "idle" }
  | {
      readonly phase: "running";
      readonly record: string;
      /** Tokens of the set under way that are done. */
      readonly progress: { readonly done: number; readonly total: number } | undefined;
    }
  | { readonly phase: "failed"; readonly failure: Failure };

/** Measures recipes that nobody wrote. */
export interface EvaluationSlice {
  readonly measuring: Measuring;
  /** Whether every change of the recipe is measured. */
  readonly live: boolean;
  /** Ids of the sets to measure with; undefined: the one that suits the recipe. */
  readonly measureSets: readonly string[] | undefined;
  /** Measures the recipe as it stands; what is under way is given up. Settles when it has ended, however it ended. */
  measure(): Promise<void>;
  /** The same for whoever moves sliders: nothing when `live` is off, or this text has been measured. */
  measureLive(): Promise<void>;
  /** Lets the guard look at the recipe, stage by stage, without a merge. */
  tryGuard(): Promise<void>;
  cancelMeasuring(): void;
  setLive(live: boolean): void;
  chooseForMeasuring(set: string, on: boolean): void;
}

type Needs = RecordingNeeds & RunSlice;

/** Tokens an answer may have before it counts as one without an end. */
const ANSWER_TOKENS = 48;

export function createEvaluationSlice({ engine }: StudioTools): Slice<EvaluationSlice, Needs> {
  return (set, get) => {
    const current = latest();
    /** The record that live measurements add to. */
    let liveRecord: string | undefined;
    /** The text they measured last. */
    let liveText: string | undefined;

    async function follow(
      record: MeasurementRecord,
      work: (
        signal: AbortSignal,
        change: (update: (record: MeasurementRecord) => MeasurementRecord) => void,
      ) => Promise<void>,
    ): Promise<void> {
      const turn = current.begin();
      const { signal } = turn;
      get().putRecord(record);
      // The charts follow what is measured now.
      get().changeChartView({ run: undefined });
      set({ measuring: { phase: "running", record: record.id, progress: undefined }, guardProgress: undefined });
      try {
        await work(signal, (update) => {
          if (!signal.aborted) get().changeRecord(record.id, update);
        });
        if (!signal.aborted) set({ measuring: { phase: "idle" } });
      } catch (error) {
        // One that a later measurement has overtaken has nothing more to say.
        if (turn.newest) set({ measuring: isAbort(error) ? { phase: "idle" } : failed(error) });
      } finally {
        if (turn.newest) set({ guardProgress: undefined });
        dropEmpty(record.id);
      }
    }

    /** Forgets a record that was given up before its first value, unless a later measurement goes on with it. */
    function dropEmpty(id: string): void {
      const { measuring, records } = get();
      if (measuring.phase === "running" && measuring.record === id) return;
      const record = records.find((known) => known.id === id);
      if (record && !hasValues(record)) get().forgetRecord(id);
    }

    return {
      measuring: { phase: "idle" },
      live: false,
      measureSets: undefined,
      async measure() {
        const state = get();
        const sets = setsToMeasure(state);
        if (!canMerge(state) || isRunning(state.run) || sets.length === 0) return;
        const known = state.live ? state.records.find(({ id }) => id === liveRecord) : undefined;
        const record = withMeasurement(known ? { ...known, recipe: state.recipe.present } : newRecord(state));
        if (state.live) [liveRecord, liveText] = [record.id, state.recipe.present];
        const base = baseOf(state);
        const request: Omit<EvaluationRequest, "sets" | "subject"> = {
          measures: state.live ? "quick" : "all",
          positions: GUARD_POSITIONS, // so that values can be held against the guard's
          maxTokens: ANSWER_TOKENS,
        };
        await follow(record, async (signal, change) => {
          const put = (evaluation: Evaluation, whose: "merged" | "base") => {
            const name = sets.find(({ id }) => id === evaluation.set)?.name ?? evaluation.set;
            change((now) => {
              const merged = whose === "merged" ? evaluation : now.measured.at(-1)?.find(ofSet(evaluation))?.merged;
              if (!merged) return now;
              return withSet(now, { set: evaluation.set, name, merged, ...(whose === "base" && { base: evaluation }) });
            });
          };
          const evaluations = await engine.evaluate(
            {
              ...request,
              sets,
              subject: { kind: "recipe", recipe: state.recipe.present, seed: seedOf(state.recipe.present) },
              ...(base !== undefined && { base }),
            },
            {
              signal,
              onEvent: (event) => {
                if (event.type === "measured") put(event.evaluation, "merged");
                else if (!signal.aborted) set(({ measuring }) => ({ measuring: withProgress(measuring, event) }));
              },
            },
          );
          for (const evaluation of evaluations) put(evaluation, "merged");
          if (base === undefined) return;
          // Its values do not move with the sliders: the first measurement of a live record has them for all.
          const before = known?.measured.flat() ?? [];
          const remembered = sets.flatMap(({ id }) => before.find((one) => one.set === id && one.base)?.base ?? []);
          for (const evaluation of remembered) put(evaluation, "base");
          const missing = sets.filter(({ id }) => !remembered.some((one) => one.set === id));
          if (missing.length === 0) return;
          const own = await engine.evaluate(
            {
              ...request,
              sets: missing,
              subject: { kind: "model", key: base },
            },
            { signal },
          );
          for (const evaluation of own) put(evaluation, "base");
        });
      },
      async measureLive() {
        const state = get();
        if (state.live && canMerge(state) && state.recipe.present !== liveText) await state.measure();
      },
      async tryGuard() {
        const state = get();
        const options = guardOptions(state);
        if (!canMerge(state) || isRunning(state.run) || !options) return;
        const record = newRecord(state);
        await follow(record, async (signal, change) => {
          const onEvent = (event: GuardEvent) => {
            if (signal.aborted) return;
            if (event.type === "guard-progress") set({ guardProgress: { done: event.done, total: event.total } });
            else change((now) => withGuardEvent(now, event));
          };
          const report = await engine.watch(state.recipe.present, seedOf(state.recipe.present), options, {
            signal,
            onEvent,
          });
          change((now) => withGuardEvent(now, { type: "guard-end", report }));
        });
      },
      cancelMeasuring() {
        if (get().measuring.phase !== "running") return;
        current.stop();
        liveText = undefined;
        set({ measuring: { phase: "idle" }, guardProgress: undefined });
      },
      setLive(live) {
        [liveRecord, liveText] = [undefined, undefined];
        set({ live });
        if (live) void get().measureLive();
        else get().cancelMeasuring();
      },
      chooseForMeasuring(id, on) {
        const chosen = setsToMeasure(get()).map((known) => known.id);
        set({ measureSets: on ? [...new Set([...chosen, id])] : chosen.filter((other) => other !== id) });
      },
    };
  };
}

const ofSet =
  ({ set }: Evaluation) =>
  (measured: { readonly set: string }) =>
    measured.set === set;

function withProgress(
  measuring: Measuring,
  { done, total }: { readonly done: number; readonly total: number },
): Measuring {
  return measuring.phase === "running" ? { ...measuring, progress: { done, total } } : measuring;
}

function failed(error: unknown): Measuring {
  return { phase: "failed", failure: failureOf(error) };
}

/** Whether more values of a record are to come. */
export function isBeingMeasured(
  { measuring, run }: Pick<EvaluationSlice & RunSlice, "measuring" | "run">,
  { id, watched }: MeasurementRecord,
): boolean {
  if (measuring.phase === "running" && measuring.record === id) return true;
  return isRunning(run) && run.record === id && watched?.report === undefined;
}
