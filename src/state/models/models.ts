import { isAbort } from "../../base/errors";
import { own } from "../../base/own";
import type { ModelKey } from "../../engine/protocol/ids";
import type { HubHit, ModelDetails, ModelOrigin, ModelSummary } from "../../engine/protocol/protocol";
import { modelKey } from "../../recipe/parse/references";
import { type Failure, failureOf } from "../failure";
import type { Slice, StudioTools } from "../slice";
import { askPermission, isGranted } from "./fileSystemAccess";

export const SAMPLES = ["llama-base", "llama-ja", "llama-math", "gemma-donor"] as const;
const FIRST_SAMPLES = SAMPLES.slice(0, 3);

/** A model in the list, open or not. */
export type ModelEntry = {
  /** Of the entry, not of the model: stays while the model is opened, fails, is opened again. */
  readonly id: string;
  readonly origin: ModelOrigin;
} & (
  | { readonly status: "opening" }
  | { readonly status: "ready"; readonly summary: ModelSummary }
  | { readonly status: "failed"; readonly failure: Failure }
  /** After a reload: the browser wants to be asked again for a folder, or forgot dropped files altogether. */
  | { readonly status: "waiting"; readonly needs: "permission" | "files" }
);

/** What is remembered of a model: the way to open it again. */
export interface KeptModel {
  readonly id: string;
  readonly origin: ModelOrigin;
}

export interface ModelsSlice {
  readonly models: readonly ModelEntry[];
  /** Settles when the model is open or has failed; its entry says which. */
  addModel(origin: ModelOrigin): Promise<void>;
  /** Tries again: after a failure, asking for permission, or with files picked anew. */
  reopenModel(id: string, origin?: ModelOrigin): Promise<void>;
  removeModel(id: string): Promise<void>;
  modelDetails(key: ModelKey): Promise<ModelDetails>;
  /** Brings up to date how much of each model is in this browser. */
  refreshCached(): Promise<void>;
  searchHub(query: string, signal?: AbortSignal): Promise<readonly HubHit[]>;
  /** Lists the models of an earlier visit; `openModels` opens them. */
  listModels(kept: readonly KeptModel[]): Promise<void>;
  /** Opens, in the list's order, what is waiting for the engine. */
  openModels(): Promise<void>;
}

export function sampleModels(): KeptModel[] {
  return FIRST_SAMPLES.map((name) => ({ id: `sample:${name}`, origin: { kind: "sample", name } }));
}

/** Dropped files live as long as the page: what is kept of them is their name. */
export function keptModel({ id, origin }: ModelEntry): KeptModel {
  return { id, origin: origin.kind === "files" ? { ...origin, files: [] } : origin };
}

/** What a person calls a model before it is open. */
function originName(origin: ModelOrigin): string {
  switch (origin.kind) {
    case "hub":
      return modelKey(origin.repo, origin.revision);
    case "directory":
      return origin.handle.name;
    case "sample":
    case "files":
      return origin.name;
    case "result":
      return origin.id;
  }
}

export function entryName(entry: ModelEntry): string {
  return entry.status === "ready" ? entry.summary.key : originName(entry.origin);
}

/** What recipes may call the listed models, each name once: a model added twice is in the list twice. */
export function modelNames(models: readonly ModelEntry[]): string[] {
  return [...new Set(models.map(entryName))];
}

/** The open models, in the list's order. */
export function readyModels(models: readonly ModelEntry[]): ModelSummary[] {
  return models.flatMap((entry) => (entry.status === "ready" ? [entry.summary] : []));
}

function replaced(models: readonly ModelEntry[], entry: ModelEntry): ModelEntry[] {
  return models.map((other) => (other.id === entry.id ? entry : other));
}

export function createModelsSlice({ engine }: StudioTools): Slice<ModelsSlice> {
  return (set, get) => {
    /** Ends the opening of entries removed meanwhile. */
    const opening = new Map<string, AbortController>();

    async function open(id: string, origin: ModelOrigin): Promise<void> {
      opening.get(id)?.abort();
      const control = new AbortController();
      opening.set(id, control);
      set(({ models }) => ({ models: replaced(models, { id, origin, status: "opening" }) }));
      let entry: ModelEntry;
      try {
        const summary = await engine.addModel(origin, { signal: control.signal });
        // The summary's origin is pinned to a commit, so the next visit opens the same bytes.
        entry = { id, origin: summary.origin, status: "ready", summary };
      } catch (error) {
        if (isAbort(error)) return;
        entry = { id, origin, status: "failed", failure: failureOf(error) };
      }
      if (opening.get(id) === control) opening.delete(id);
      set(({ models }) => ({ models: replaced(models, entry) }));
    }

    return {
      models: [],
      async addModel(origin) {
        const id = crypto.randomUUID();
        set(({ models }) => ({ models: [...models, { id, origin, status: "opening" }] }));
        await open(id, origin);
      },
      async reopenModel(id, replacement) {
        const entry = get().models.find((model) => model.id === id);
        if (!entry) return;
        const origin = replacement ?? entry.origin;
        if (origin.kind === "directory" && !(await askPermission(origin.handle, "read"))) return;
        if (origin.kind === "files" && origin.files.length === 0) return;
        await open(id, origin);
      },
      async removeModel(id) {
        const entry = get().models.find((model) => model.id === id);
        opening.get(id)?.abort();
        opening.delete(id);
        set(({ models }) => ({ models: models.filter((model) => model.id !== id) }));
        if (entry?.status === "ready") await engine.removeModel(entry.summary.key);
      },
      modelDetails: (key) => engine.details(key),
      async refreshCached() {
        const cached = await engine.cachedBytes();
        set(({ models }) => ({
          models: models.map((entry) => {
            if (entry.status !== "ready") return entry;
            const { summary } = entry;
            return { ...entry, summary: { ...summary, cachedBytes: own(cached, summary.key) ?? summary.cachedBytes } };
          }),
        }));
      },
      searchHub: (query, signal) => engine.searchHub(query, { signal }),
      async listModels(kept) {
        set({ models: await Promise.all(kept.map(asFound)) });
      },
      async openModels() {
        for (const { id, origin, status } of get().models) {
          if (status === "opening" && !opening.has(id)) await open(id, origin);
        }
      },
    };
  };
}

/** How a model remembered from an earlier visit begins this one. */
async function asFound({ id, origin }: KeptModel): Promise<ModelEntry> {
  if (origin.kind === "files" && origin.files.length === 0) return { id, origin, status: "waiting", needs: "files" };
  if (origin.kind === "directory" && !(await isGranted(origin.handle, "read"))) {
    return { id, origin, status: "waiting", needs: "permission" };
  }
  return { id, origin, status: "opening" };
}
