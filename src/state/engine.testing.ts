import type { EngineClient } from "../engine/boundary/client";
import type { Answer } from "../engine/protocol/evalProtocol";
import type { MergeReport, ModelOrigin, ModelSummary, PlanSummary, RecipeReport } from "../engine/protocol/protocol";
import type { Evaluation } from "../eval/registry";
import type { Divergence, GuardReport, Perplexity } from "../eval/types";
import type { SessionStore } from "./sessionStore";
import { Trials } from "./trial";

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
    lookAtHub: async () => ({ revision: "0".repeat(40), gated: false, bytes: 0 }),
    check: async () => goodReport,
    merge: async () => finished,
    resume: async () => finished,
    restart: async () => finished,
    unfinished: async () => [],
    discard: async () => undefined,
    results: async () => [],
    removeResult: async () => undefined,
    resultFiles: async () => [],
    exportResult: async () => undefined,
    evaluate: async ({ sets }) => sets.map(({ id }) => evaluationOf(id)),
    watch: async (recipe) => ({ ...watched, recipe }),
    costs: async (_subject, sets) => sets.map(({ id }) => ({ set: id, tokens: 12, seconds: 1 })),
    answer: async ({ prompt }, watch) => {
      watch?.onEvent?.(answered.text);
      return { ...answered, input: prompt };
    },
    storage: async () => ({ usage: 0, quota: 1, persisted: false, cache: [] }),
    evict: async () => undefined,
    persist: async () => true,
    memory: async () => ({ lent: 0, held: 0, peak: 0 }),
    warm: async () => undefined,
    loseDevice: async () => undefined,
    terminate: () => undefined,
    ...replaced,
  };
}

export const goodPlan: PlanSummary = {
  models: [],
  totals: { tensors: 1, parameters: 1, readBytes: 2, fetchBytes: 0, writeBytes: 2, deviceBytes: 4 },
  files: [],
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

const perplexity: Perplexity = {
  tokenWeighted: Math.E,
  promptMean: Math.E,
  bitsPerByte: 1,
  standardError: 0,
  prompts: [{ nll: 12, tokens: 12, bytes: 48 }],
};

const unchanged: Divergence = {
  symmetric: 0,
  forward: 0,
  backward: 0,
  standardError: 0,
  forwardStandardError: 0,
  sameTop: 1,
  max: 0,
  quantiles: { median: 0, q90: 0, q95: 0, q99: 0, q999: 0 },
  positions: 8,
  mode: { kind: "exact" },
  perPrompt: [0],
};

const sameAsBase = { ratio: 1, ln: 0, standardError: 0 };

/** What the fake engine measures of any model with one prompt set: no difference to its base. */
export function evaluationOf(set: string): Evaluation {
  return { set, perplexity, relative: sameAsBase, divergence: unchanged, tokens: 12, seconds: 1 };
}

/** A guard that found nothing to object to. */
export const watched: GuardReport = {
  base: { perplexity: Math.E, prompts: perplexity.prompts },
  stages: [],
  end: { perplexity, relative: sameAsBase, divergence: unchanged },
  strengths: {},
  recipe: "",
  stopped: false,
};

export const answered: Answer = {
  text: "Yes.",
  tokens: 2,
  ended: "stop",
  stopToken: "</s>",
  input: "",
  tokensPerSecond: 10,
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

/** What may be at fault, kept as long as the test. */
export function memoryTrials(kept: string | null = null): Trials {
  let text = kept;
  return new Trials({
    get: () => text,
    set: (written) => {
      text = written;
    },
  });
}
