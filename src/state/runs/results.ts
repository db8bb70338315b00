import { isAbort } from "../../base/errors";
import { latest } from "../../base/latest";
import type { Lane, StorageFacts, StoredResult } from "../../engine/protocol/protocol";
import { type Failure, failureOf } from "../failure";
import type { RecordsSlice } from "../measuring/records";
import type { ModelsSlice } from "../models/models";
import type { PlanSlice } from "../recipe/plan";
import type { Slice, StudioTools } from "../slice";

/** A result on its way into a folder or a zip. */
export interface Transfer {
  readonly id: string;
  readonly lane: Lane | undefined;
  readonly failure?: Failure;
}

/** Finished merges, and what this browser holds. */
export interface ResultsSlice {
  readonly results: readonly StoredResult[];
  readonly storage: StorageFacts | undefined;
  readonly transfer: Transfer | undefined;
  refreshResults(): Promise<void>;
  removeResult(id: string): Promise<void>;
  exportResult(id: string, directory: FileSystemDirectoryHandle): Promise<void>;
  cancelTransfer(): void;
  resultFiles(id: string): Promise<readonly { readonly path: string; readonly file: File }[]>;
  refreshStorage(): Promise<void>;
  evict(repo: string, revision: string): Promise<void>;
  /** Asks the browser not to clear the cache when the disk fills up; false when it declines. */
  persistStorage(): Promise<boolean>;
}

export function createResultsSlice({
  engine,
}: StudioTools): Slice<ResultsSlice, ModelsSlice & PlanSlice & RecordsSlice> {
  return (set, get) => {
    const current = latest();
    return {
      results: [],
      storage: undefined,
      transfer: undefined,
      async refreshResults() {
        const results = await engine.results();
        set({ results: [...results].sort((a, b) => b.finished - a.finished) });
      },
      async removeResult(id) {
        await engine.removeResult(id);
        for (const record of get().records) if (record.result === id) get().forgetRecord(record.id);
        await Promise.all([get().refreshResults(), get().refreshStorage()]);
      },
      async exportResult(id, directory) {
        const { signal } = current.begin();
        set({ transfer: { id, lane: undefined } });
        try {
          await engine.exportResult(id, directory, {
            signal,
            onEvent: (lane) => set({ transfer: { id, lane } }),
          });
          set({ transfer: undefined });
        } catch (error) {
          set({ transfer: isAbort(error) ? undefined : { id, lane: undefined, failure: failureOf(error) } });
        }
      },
      cancelTransfer() {
        current.stop();
        set({ transfer: undefined });
      },
      resultFiles: (id) => engine.resultFiles(id),
      async refreshStorage() {
        set({ storage: await engine.storage() });
      },
      async evict(repo, revision) {
        await engine.evict(repo, revision);
        await Promise.all([get().refreshStorage(), get().refreshCached(), get().checkRecipe()]);
      },
      async persistStorage() {
        const persisted = await engine.persist();
        await get().refreshStorage();
        return persisted;
      },
    };
  };
}
