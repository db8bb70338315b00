import { isAbort } from "../../base/errors";
import { latest } from "../../base/latest";
import type { RunId } from "../../engine/protocol/ids";
import type { MergeEvent, MergeReport, UnfinishedRun } from "../../engine/protocol/protocol";
import { type Failure, failureOf } from "../failure";
import { guardOptions, isGuarded, withGuardEvent } from "../measuring/guard";
import { newRecord } from "../measuring/measureRequest";
import type { RecordingNeeds } from "../measuring/needs";
import type { MeasurementRecord } from "../measuring/records";
import { seedOf } from "../recipe/recipe";
import type { Slice, StudioTools } from "../slice";
import type { ResultsSlice } from "./results";

export type Progress = Extract<MergeEvent, { type: "progress" }>;
export type RunNote = Extract<MergeEvent, { type: "note" | "non-finite" }>;

/** The one run at a time. What it said along the way stays beside its end. */
export type Run =
  | { readonly phase: "idle" }
  | {
      readonly phase: "running" | "cancelling";
      /** Id of the record of what its guard sees. */
      readonly record: string;
      readonly progress: Progress | undefined;
      readonly notes: readonly RunNote[];
    }
  | {
      readonly phase: "done";
      readonly report: MergeReport;
      /** The text that was merged, as it was asked for. */
      readonly recipe: string;
      readonly directory: FileSystemDirectoryHandle | undefined;
      readonly notes: readonly RunNote[];
    }
  | {
      readonly phase: "failed";
      readonly failure: Failure;
      readonly notes: readonly RunNote[];
      /** What was to be gone on with. */
      readonly cut: UnfinishedRun | undefined;
    }
  | { readonly phase: "cancelled" };

export interface RunSlice {
  readonly run: Run;
  /** Runs cut short by a reload or a crash, that can go on. */
  readonly unfinished: readonly UnfinishedRun[];
  /** Merges the recipe as it stands; with a folder, into it. Settles when the run has ended, however it ended. */
  startRun(directory?: FileSystemDirectoryHandle): Promise<void>;
  resumeRun(job: RunId, directory?: FileSystemDirectoryHandle): Promise<void>;
  /** Makes an unfinished run anew, in another folder perhaps, and takes away what it has made. */
  restartRun(cut: UnfinishedRun, directory?: FileSystemDirectoryHandle): Promise<void>;
  cancelRun(): void;
  discardRun(job: RunId): Promise<void>;
  refreshUnfinished(): Promise<void>;
}

type Needs = RecordingNeeds & ResultsSlice & { cancelMeasuring(): void };

/** A run as it begins, or goes on. */
interface Followed {
  readonly name: string;
  readonly directory: FileSystemDirectoryHandle | undefined;
  readonly recipe: string;
  readonly cut?: UnfinishedRun | undefined;
}

/** Notes kept of one run; a model with a NaN in each tensor would send thousands. */
const MAX_NOTES = 200;

export function isRunning(run: Run): run is Extract<Run, { phase: "running" | "cancelling" }> {
  return run.phase === "running" || run.phase === "cancelling";
}

/** Ends of a run that was to go on, after which it will not go on until something is brought back. */
const STUCK: ReadonlySet<string> = new Set([
  "journal/changed",
  "journal/changed-plan",
  "journal/not-found",
  "output/damaged",
  "io/folder-gone",
]);

/** Whether to start again is what helps. */
export function isStuck(run: Run): boolean {
  return run.phase === "failed" && run.cut !== undefined && STUCK.has(run.failure.code ?? "");
}

/** What an event does to a run. */
export function withEvent(run: Run, event: Progress | RunNote): Run {
  if (!isRunning(run)) return run;
  if (event.type === "progress") return { ...run, progress: event };
  return run.notes.length < MAX_NOTES ? { ...run, notes: [...run.notes, event] } : run;
}

export function createRunSlice({ engine }: StudioTools): Slice<RunSlice, Needs> {
  return (set, get) => {
    const current = latest();

    /** What the guard says becomes the record that the charts draw; what the merge says, the run. */
    function listen(record: MeasurementRecord): (event: MergeEvent) => void {
      return (event) => {
        switch (event.type) {
          case "guard-begin":
            get().putRecord(withGuardEvent(record, event));
            get().changeChartView({ run: undefined });
            break;
          case "guard-progress":
            set({ guardProgress: { done: event.done, total: event.total } });
            break;
          case "guard-stage":
          case "guard-end":
            get().changeRecord(record.id, (now) => withGuardEvent(now, event));
            break;
          default:
            set(({ run }) => ({ run: withEvent(run, event), guardProgress: undefined }));
        }
      };
    }

    async function follow(
      { name, directory, recipe, cut }: Followed,
      begin: (watch: { signal: AbortSignal; onEvent: (event: MergeEvent) => void }) => Promise<MergeReport>,
    ): Promise<void> {
      if (isRunning(get().run)) return;
      get().cancelMeasuring();
      const { signal } = current.begin();
      const record = { ...newRecord(get()), name, recipe };
      set({ run: { phase: "running", record: record.id, progress: undefined, notes: [] } });
      const notes = () => {
        const { run } = get();
        return isRunning(run) ? run.notes : [];
      };
      try {
        const report = await begin({ signal, onEvent: listen(record) });
        get().changeRecord(record.id, (now) => ({ ...now, result: report.id }));
        set({ run: { phase: "done", report, recipe, directory, notes: notes() } });
      } catch (error) {
        set({
          run: isAbort(error)
            ? { phase: "cancelled" }
            : { phase: "failed", failure: failureOf(error), notes: notes(), cut },
        });
      }
      set({ guardProgress: undefined });
      // The run fetched models and measured the device: what is still to fetch, and the time, are others now.
      const { refreshUnfinished, refreshResults, refreshStorage, refreshCached, checkRecipe } = get();
      await Promise.all([refreshUnfinished(), refreshResults(), refreshStorage(), refreshCached(), checkRecipe()]);
    }

    return {
      run: { phase: "idle" },
      unfinished: [],
      startRun(directory) {
        const state = get();
        const { recipe, recipeName, shardBytes, allowNonFinite } = state;
        const guard = isGuarded(state) ? guardOptions(state) : undefined;
        const options = {
          seed: seedOf(recipe.present),
          name: recipeName,
          shardBytes,
          allowNonFinite,
          ...(directory && { directory }),
          ...(guard && { guard }),
        };
        return follow({ name: recipeName, directory, recipe: recipe.present }, (watch) =>
          engine.merge(recipe.present, options, watch),
        );
      },
      resumeRun(job, directory) {
        const cut = get().unfinished.find(({ id }) => id === job);
        return follow({ name: cut?.name ?? "", directory, recipe: cut?.recipe ?? "", cut }, (watch) =>
          engine.resume(job, directory, watch),
        );
      },
      restartRun(cut, directory) {
        const { id, name, recipe, options } = cut;
        const again = directory ? { ...options, directory } : options;
        return follow({ name, directory: again.directory, recipe, cut }, async (watch) => {
          try {
            return await engine.restart(id, directory, watch);
          } catch (error) {
            // Discarded meanwhile, as in another tab: there is nothing to take away.
            if (failureOf(error).code !== "journal/not-found") throw error;
            return engine.merge(recipe, again, watch);
          }
        });
      },
      cancelRun() {
        const { run } = get();
        if (run.phase !== "running") return;
        set({ run: { ...run, phase: "cancelling" } });
        current.stop();
      },
      async discardRun(job) {
        await engine.discard(job);
        await Promise.all([get().refreshUnfinished(), get().refreshStorage()]);
      },
      async refreshUnfinished() {
        set({ unfinished: await engine.unfinished() });
      },
    };
  };
}
