import type { EngineClient } from "../engine/client";
import type { MergeReport, ModelOrigin, ModelSummary, PlanSummary, RecipeReport } from "../engine/protocol";
import type { SessionStore } from "./persistence";

/** An engine for tests: everything answers at once, and each call can be replaced. */
export function fakeEngine(replaced: Partial<EngineClient> = {}): EngineClient {
  return {
    start: async () => ({
      kind: "webgpu",
      name: "test adapter",
      software: true,
      maxBindingBytes: 2 ** 27,
      maxBufferBytes: 2 ** 28,
      budgetBytes: 2 ** 28,
    }),
    methods: async () => [],
    addModel: async (origin) => summaryOf(origin),
    removeModel: async () => undefined,
    details: async () => ({ config: "{}", tensors: [] }),
    cachedBytes: async () => ({}),
    searchHub: async () => [],
    check: async () => goodReport,
    merge: async () => finished,
    resume: async () => finished,
    unfinished: async () => [],
    discard: async () => undefined,
    results: async () => [],
    removeResult: async () => undefined,
    resultFiles: async () => [],
    exportResult: async () => undefined,
    storage: async () => ({ usage: 0, quota: 1, persisted: false, cache: [] }),
    evict: async () => undefined,
    persist: async () => true,
    memory: async () => ({ lent: 0, held: 0, peak: 0 }),
    loseDevice: async () => undefined,
    terminate: () => undefined,
    ...replaced,
  };
}

export const goodPlan: PlanSummary = {
  method: "linear",
  models: [],
  totals: { tensors: 1, parameters: 1, readBytes: 2, fetchBytes: 0, writeBytes: 2, deviceBytes: 4 },
  outputDType: "BF16",
  layers: 1,
};

export const goodReport: RecipeReport = { problems: [], plan: goodPlan, missing: [] };

export const finished: MergeReport = {
  id: "result",
  name: "merged",
  files: [],
  tensors: 57,
  seconds: 1,
  readBytes: 2,
  writtenBytes: 2,
  peakDeviceBytes: 4,
  device: "test adapter",
  nonFinite: [],
  place: "browser",
};

function summaryOf(origin: ModelOrigin): ModelSummary {
  const key = origin.kind === "hub" ? origin.repo : origin.kind === "directory" ? origin.handle.name : nameOf(origin);
  return {
    key,
    origin: origin.kind === "hub" ? { ...origin, commit: "c0ffee" } : origin,
    architecture: "LlamaForCausalLM",
    parameters: 1,
    bytes: 2,
    dtypes: [{ dtype: "BF16", bytes: 2 }],
    layers: 1,
    vocabulary: 1,
    cachedBytes: 2,
    ...(origin.kind === "hub" && { revision: "c0ffee" }),
  };
}

function nameOf(origin: Exclude<ModelOrigin, { kind: "hub" | "directory" }>): string {
  return origin.kind === "result" ? origin.id : origin.name;
}

/** What outlives the page, in memory. Values pass through structured clone, as they do in IndexedDB. */
export function memorySession(stored?: unknown): SessionStore & { stored: unknown } {
  const store = {
    stored,
    get: async () => store.stored,
    set: async (value: unknown) => {
      store.stored = structuredClone(value);
    },
  };
  return store;
}
