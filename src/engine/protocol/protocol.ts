import type { DevicePreference } from "../../compute/preference";
import type { GuardLimit, GuardOptions, GuardReport } from "../../eval/types";
import type { DType } from "../../formats/dtypes";
import type { MergeNonFinite, MergeProgress } from "../../merge/writing/events";
import type { StoredDType } from "../../model/facts";
import type { PlanTotals } from "../../recipe/plan/plan";
import type { Problem } from "../../recipe/problems/problem";
import type { GuardEvent } from "./evalProtocol";
import type { ModelKey, RunId } from "./ids";

export type { Lane } from "../../merge/writing/events";

/*
 * What the page and the worker say to each other: types alone, nothing at run time.
 * Everything here can be posted with structured clone.
 */

/** Where a model comes from. All but `files` can be opened again after a reload. */
export type ModelOrigin =
  | HubOrigin
  | { readonly kind: "sample"; readonly name: string }
  | { readonly kind: "directory"; readonly handle: FileSystemDirectoryHandle }
  | {
      readonly kind: "files";
      readonly name: string;
      readonly files: readonly { readonly path: string; readonly file: File }[];
    }
  /** A merge kept in the browser. */
  | { readonly kind: "result"; readonly id: string };

/** What a model card shows. */
export interface ModelSummary {
  readonly key: ModelKey;
  readonly origin: ModelOrigin;
  /** `architectures[0]` of the config. */
  readonly architecture: string;
  readonly parameters: number;
  readonly bytes: number;
  /** Bytes by stored dtype, largest first. */
  readonly dtypes: readonly StoredDType[];
  readonly layers: number;
  readonly license?: string;
  /** Commit a Hub model is pinned to. */
  readonly revision?: string;
  /** Bytes of it in this browser; equal to `bytes` when it is all local. */
  readonly cachedBytes: number;
  /** It is an adapter: what it was made for, and how much of it it changes. */
  readonly adapter?: AdapterSummary;
  /** A remark made while it was opened: the Hub was out of reach, and this is what it was the last time. */
  readonly note?: Note;
}

/** What the card of an adapter shows. */
export interface AdapterSummary {
  /** The model that it was trained on, as its trainer called it. */
  readonly base?: string;
  /** Of its products. */
  readonly ranks: readonly [least: number, largest: number];
  /** Products and tensors that it holds whole. */
  readonly changes: number;
}

export interface TensorRow {
  readonly name: string;
  /** As its file has it. */
  readonly dtype: DType;
  /** Codes that stand for weights together with scales. */
  readonly scaled?: true;
  readonly shape: readonly number[];
  /** In its files. */
  readonly bytes: number;
  readonly file: string;
}

export interface ModelDetails {
  readonly config: string;
  readonly tensors: readonly TensorRow[];
}

export interface HubHit {
  readonly repo: string;
  readonly downloads: number;
  readonly likes: number;
  readonly updated: string;
  readonly gated: boolean;
  readonly parameters?: number;
}

export interface HubOrigin {
  readonly kind: "hub";
  readonly repo: string;
  /** Branch, tag or commit as typed: part of the key. */
  readonly revision?: string;
  /** The commit to open, whatever the revision names by now; the key stays as typed. */
  readonly commit?: string;
}

/** What the Hub says of a model before anything of it is fetched. */
export interface HubLook {
  readonly license?: string;
  /** Whether its terms must be accepted first. */
  readonly gated: boolean;
  /** Of its safetensors files. */
  readonly bytes: number;
}

/** The plan as the page shows it; the tensors themselves are asked for page by page. */
/** A file that a merge will write besides the weights. */
export interface PlannedFile {
  readonly path: string;
  /** Of one that is changed, those that it has before. */
  readonly bytes: number;
  /** Where it comes from; absent for one that is made here. */
  readonly model?: ModelKey;
  readonly changed?: true;
}

export interface PlanSummary {
  readonly models: readonly ModelKey[];
  readonly totals: PlanTotals;
  /** Besides weights, index and model card, in writing order. */
  readonly files: readonly PlannedFile[];
  /** Seconds this device needs, from what it did before; absent before the first measurement. */
  readonly seconds?: number;
  readonly layers: number;
  /** Why a guard could only look at the whole of this merge; absent: it can take back groups of layers. */
  readonly guardLimit?: GuardLimit;
}

/** What checking a recipe gives. */
export interface RecipeReport {
  readonly problems: readonly Problem[];
  readonly plan?: PlanSummary;
  /**
   * Models the recipe names that are not loaded; each could be fetched from the Hub if it looks like an id, with
   * `origin` as `addModel` takes it (pinned where the recipe pins it).
   */
  readonly missing: readonly { readonly reference: string; readonly hubId?: string; readonly origin?: ModelOrigin }[];
}

/** A remark on what goes on by itself: a wait for the Hub, a full cache, a new device. */
export interface Note {
  readonly code: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

/**
 * `progress` is sent at most ten times a second; its `done` never falls and its `total` never changes. Events of the
 * guard come before the first of these.
 */
export type MergeEvent = MergeProgress | MergeNonFinite | GuardEvent | ({ readonly type: "note" } & Note);

export interface MergeOptions {
  readonly seed: number;
  readonly name: string;
  /** Bytes of tensor data per file. */
  readonly shardBytes: number;
  readonly allowNonFinite: boolean;
  /** Bytes of one input per block; for tests. */
  readonly blockBytes?: number;
  /** A folder the user picked; absent: kept in the browser (OPFS). */
  readonly directory?: FileSystemDirectoryHandle;
  /** Watches the recipe stage by stage before anything is written; what it settles on is what is written. */
  readonly guard?: GuardOptions;
  /** Whether a donor's rows may be written though nobody guards them. */
  readonly unguarded?: boolean;
}

/** What is asked of a merge. */
export interface MergeRequest extends MergeOptions {
  /** Names the run in the journal; absent: a new name. */
  readonly run?: RunId;
}

export interface OutputFile {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

export interface MergeReport {
  readonly id: string;
  readonly name: string;
  readonly files: readonly OutputFile[];
  readonly tensors: number;
  readonly seconds: number;
  readonly readBytes: number;
  readonly writtenBytes: number;
  readonly peakDeviceBytes: number;
  readonly device: string;
  readonly nonFinite: readonly { readonly tensor: string; readonly inputs: number; readonly outputs: number }[];
  /** Where it is: kept in the browser, or in the picked folder. */
  readonly place: "browser" | "directory";
  /** What the guard measured and did; absent: the merge was not guarded. */
  readonly guard?: GuardReport;
}

/** A run that was cut short and can go on. */
export interface UnfinishedRun {
  readonly id: RunId;
  readonly name: string;
  readonly recipe: string;
  readonly options: MergeOptions;
  readonly tensorsDone: number;
  readonly tensors: number;
  readonly started: number;
}

export interface StoredResult {
  readonly report: MergeReport;
  readonly recipe: string;
  readonly finished: number;
}

export interface CacheEntry {
  readonly repo: string;
  readonly revision: string;
  readonly bytes: number;
  readonly lastUsed: number;
}

export interface StorageFacts {
  readonly usage: number;
  readonly quota: number;
  readonly persisted: boolean;
  readonly cache: readonly CacheEntry[];
}

export interface EngineSettings {
  /** Base of the Hub, without a trailing slash. */
  readonly hubUrl: string;
  /** Where the bundled samples are served. */
  readonly samplesUrl: string;
  readonly device: DevicePreference;
  /** Bytes the device pool may hold; absent: a quarter of what the adapter offers, at most 2 GiB. */
  readonly budgetBytes?: number;
}

/** How an error crosses the boundary, since comlink keeps the message alone. */
export interface ErrorRecord {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
  readonly facts?: Readonly<Record<string, string | number>>;
}
