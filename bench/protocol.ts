import type { MergeReport } from "../src/engine/protocol/protocol";
import type { LmBench } from "./lm/page";

/** What the bench's page offers to the driver outside the browser. */
export interface BenchPage {
  readonly lm: LmBench;
  /** Starts the engine; says which device it found. */
  start(hubUrl: string): Promise<string>;
  addFiles(): Promise<void>;
  addHub(repos: readonly string[]): Promise<void>;
  removeModels(): Promise<void>;
  merge(recipe: string, blockBytes?: number): Promise<MergeReport>;
  /** Starts a merge, cancels it after some seconds, and tells how many milliseconds the cancel took. */
  cancel(recipe: string, afterSeconds: number): Promise<number>;
  /** Seconds to read `sources` models' weights as a merge does, and to write one model's worth, without a GPU. */
  copy(sources: number, from: "files" | "indexeddb"): Promise<number>;
  /** Seconds of a bare loop on the adapter over the same bytes: upload, one fused kernel, read back. */
  loop(sources: number): Promise<number>;
}

/** What the baseline worker is asked for. */
export type BaselineRequest =
  | { readonly kind: "copy-files"; readonly files: readonly File[] }
  | {
      readonly kind: "copy-blocks";
      readonly repos: readonly { readonly repo: string; readonly revision: string }[];
      readonly size: number;
    }
  | { readonly kind: "loop"; readonly inputs: number; readonly bytes: number };
