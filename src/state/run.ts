import { isAbort } from "../base/errors";
import type { JobId, MergeEvent, MergeReport, UnfinishedRun } from "../engine/protocol";
import { type Failure, failureOf } from "./failure";
import { seedOf } from "./recipe";
import type { Slice, StudioTools } from "./slice";

export type Progress = Extract<MergeEvent, { type: "progress" }>;
export type RunNote = Exclude<MergeEvent, { type: "progress" }>;

/** The one run at a time. What it said along the way stays beside its end. */
export type Run =
  | { readonly phase: "idle" }
  | {
      readonly phase: "running" | "cancelling";
      readonly name: string;
      readonly progress: Progress | undefined;
      readonly notes: readonly RunNote[];
    }
  | {
      readonly phase: "done";
      readonly report: MergeReport;
      readonly directory: FileSystemDirectoryHandle | undefined;
      readonly notes: readonly RunNote[];
    }
  | { readonly phase: "failed"; readonly name: string; readonly failure: Failure; readonly notes: readonly RunNote[] }
  | { readonly phase: "cancelled"; readonly name: string };

export interface RunSlice {
  readonly run: Run;
  /** Runs cut short by a reload or a crash, that can go on. */
  readonly unfinished: readonly UnfinishedRun[];
  /** Merges the recipe as it stands; with a folder, into it. Settles when the run has ended, however it ended. */
  startRun(directory?: FileSystemDirectoryHandle): Promise<void>;
  resumeRun(job: JobId, directory?: FileSystemDirectoryHandle): Promise<void>;
  cancelRun(): void;
  discardRun(job: JobId): Promise<void>;
  refreshUnfinished(): Promise<void>;
}

/** Notes kept of one run; a model with a NaN in each tensor would send thousands. */
const MAX_NOTES = 200;

export function isRunning(run: Run): run is Extract<Run, { phase: "running" | "cancelling" }> {
  return run.phase === "running" || run.phase === "cancelling";
}

/** What an event does to a run. */
export function withEvent(run: Run, event: MergeEvent): Run {
  if (!isRunning(run)) return run;
  if (event.type === "progress") return { ...run, progress: event };
  return run.notes.length < MAX_NOTES ? { ...run, notes: [...run.notes, event] } : run;
}

export function createRunSlice({ engine }: StudioTools): Slice<RunSlice> {
  return (set, get) => {
    let control = new AbortController();

    async function follow(
      name: string,
      directory: FileSystemDirectoryHandle | undefined,
      begin: (watch: { signal: AbortSignal; onEvent: (event: MergeEvent) => void }) => Promise<MergeReport>,
    ): Promise<void> {
      if (isRunning(get().run)) return;
      control = new AbortController();
      set({ run: { phase: "running", name, progress: undefined, notes: [] } });
      const onEvent = (event: MergeEvent) => set(({ run }) => ({ run: withEvent(run, event) }));
      const notes = () => {
        const { run } = get();
        return isRunning(run) ? run.notes : [];
      };
      try {
        const report = await begin({ signal: control.signal, onEvent });
        set({ run: { phase: "done", report, directory, notes: notes() } });
      } catch (error) {
        set({
          run: isAbort(error)
            ? { phase: "cancelled", name }
            : { phase: "failed", name, failure: failureOf(error), notes: notes() },
        });
      }
      // The run fetched models and measured the device: what is still to fetch, and the time, are others now.
      const { refreshUnfinished, refreshResults, refreshStorage, refreshCached, checkRecipe } = get();
      await Promise.all([refreshUnfinished(), refreshResults(), refreshStorage(), refreshCached(), checkRecipe()]);
    }

    return {
      run: { phase: "idle" },
      unfinished: [],
      startRun(directory) {
        const { recipe, recipeName, shardBytes, allowNonFinite } = get();
        const options = {
          seed: seedOf(recipe.present),
          name: recipeName,
          shardBytes,
          allowNonFinite,
          ...(directory && { directory }),
        };
        return follow(recipeName, directory, (watch) => engine.merge(recipe.present, options, watch));
      },
      resumeRun(job, directory) {
        const name = get().unfinished.find(({ id }) => id === job)?.name ?? "";
        return follow(name, directory, (watch) => engine.resume(job, { ...watch, directory }));
      },
      cancelRun() {
        const { run } = get();
        if (run.phase !== "running") return;
        set({ run: { ...run, phase: "cancelling" } });
        control.abort();
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
