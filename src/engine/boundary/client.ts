import { type Endpoint, proxy, type Remote, wrap } from "comlink";
import { AwaseError } from "../../base/errors";
import type { DeviceInfo } from "../../compute/device";
import type { Evaluation, GuardOptions, GuardReport } from "../../eval/types";
import type { Answer, AnswerRequest, EvaluationEvent, EvaluationRequest, GuardEvent } from "../protocol/evalProtocol";
import type {
  EngineApi,
  EngineSettings,
  HubHit,
  HubLook,
  HubOrigin,
  JobId,
  Lane,
  MergeEvent,
  MergeOptions,
  MergeReport,
  ModelKey,
  ModelOrigin,
  ModelSummary,
} from "../protocol/protocol";
import { carryErrors } from "./boundary";

/** What the client needs of a worker: a place to post to, news of its death, and an end. A `Worker` is one. */
export interface EngineWorker extends Endpoint {
  terminate(): void;
}

/** How to watch and stop one piece of long work. */
export interface Watch<E> {
  readonly signal?: AbortSignal | undefined;
  readonly onEvent?: ((event: E) => void) | undefined;
}

/** Calls that are the same on both sides of the boundary. */
type PlainCall =
  | "methods"
  | "details"
  | "cachedBytes"
  | "check"
  | "unfinished"
  | "discard"
  | "results"
  | "removeResult"
  | "resultFiles"
  | "storage"
  | "evict"
  | "persist"
  | "memory"
  | "costs"
  | "loseDevice";

/**
 * The engine as the page uses it: `EngineApi` with signals in place of job ids. Every call
 * - rejects with the `AwaseError` the engine threw, or with `AbortError` when its signal fired;
 * - rejects with `engine/worker-died` when the worker crashed; the next call starts a fresh worker, with the same
 *   settings and models, and a merge that was running can be resumed by its id.
 */
export interface EngineClient extends Pick<EngineApi, PlainCall> {
  start(settings: EngineSettings): Promise<DeviceInfo>;
  addModel(origin: ModelOrigin, signal?: AbortSignal): Promise<ModelSummary>;
  removeModel(key: ModelKey): Promise<void>;
  searchHub(query: string, signal?: AbortSignal): Promise<readonly HubHit[]>;
  lookAtHub(origin: HubOrigin, signal?: AbortSignal): Promise<HubLook>;
  /** `job` names the run in the journal; absent: a new one. */
  merge(
    recipe: string,
    options: MergeOptions,
    watch?: Watch<MergeEvent> & { readonly job?: JobId },
  ): Promise<MergeReport>;
  resume(
    job: JobId,
    watch?: Watch<MergeEvent> & { readonly directory?: FileSystemDirectoryHandle | undefined },
  ): Promise<MergeReport>;
  exportResult(id: string, directory: FileSystemDirectoryHandle, watch?: Watch<Lane>): Promise<void>;
  evaluate(request: EvaluationRequest, watch?: Watch<EvaluationEvent>): Promise<readonly Evaluation[]>;
  /** Measures a recipe stage by stage; nothing is written. */
  watch(recipe: string, seed: number, options: GuardOptions, watch?: Watch<GuardEvent>): Promise<GuardReport>;
  /** Each event is the whole answer so far. */
  answer(request: AnswerRequest, watch?: Watch<string>): Promise<Answer>;
  /** Ends the worker, and with it the GPU device. The next call starts another. */
  terminate(): void;
}

/** A worker that answers until it dies. */
interface Line {
  readonly api: Remote<EngineApi>;
  /** Rejects when the worker crashed or was ended. */
  readonly died: Promise<never>;
  end(reason: AwaseError): void;
}

const openEngineWorker = (): EngineWorker => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });

/**
 * Starts the engine's worker at the first call and keeps a line to it. A comlink call never settles once its worker has
 * crashed, so every call races the worker's death.
 */
export function connectEngine(openWorker: () => EngineWorker = openEngineWorker): EngineClient {
  carryErrors();
  let line: Promise<Line> | undefined;
  let endWorker: ((reason: AwaseError) => void) | undefined;
  let settings: EngineSettings | undefined;
  const models = new Map<ModelKey, ModelOrigin>();

  function dial(): Line {
    const worker = openWorker();
    let report: (reason: AwaseError) => void = () => undefined;
    const died = new Promise<never>((_, reject) => {
      report = reject;
    });
    died.catch(() => undefined); // also when nobody is waiting
    const end = (reason: AwaseError) => {
      worker.terminate();
      if (endWorker === end) [line, endWorker] = [undefined, undefined];
      report(reason);
    };
    endWorker = end;
    worker.addEventListener("error", (event) => end(workerDied(event)));
    worker.addEventListener("messageerror", (event) => end(workerDied(event)));
    return { api: wrap<EngineApi>(worker), died, end };
  }

  /** A fresh worker knows nothing: it gets the settings and the models of the one before. */
  async function redial(): Promise<Line> {
    const fresh = dial();
    try {
      if (settings) await Promise.race([fresh.api.start(settings), fresh.died]);
    } catch (error) {
      fresh.end(stopped()); // the next call tries with another
      throw error;
    }
    for (const origin of models.values()) {
      // A model that cannot be opened any more is named as missing by the next check.
      const added = fresh.api.addModel(crypto.randomUUID(), origin).catch(() => undefined);
      await Promise.race([added, fresh.died]);
    }
    return fresh;
  }

  function connected(): Promise<Line> {
    if (line) return line;
    const dialling = redial();
    dialling.catch(() => {
      if (line === dialling) line = undefined;
    });
    line = dialling;
    return dialling;
  }

  async function call<T>(ask: (api: Remote<EngineApi>) => Promise<T>): Promise<T> {
    const { api, died } = await connected();
    return Promise.race([ask(api), died]);
  }

  /** A call that can be cancelled. Signals cannot be posted: the job's id goes over, and `cancel` when the signal fires. */
  async function job<T>(
    signal: AbortSignal | undefined,
    ask: (api: Remote<EngineApi>, id: JobId) => Promise<T>,
    id: JobId = crypto.randomUUID(),
  ): Promise<T> {
    signal?.throwIfAborted();
    const { api, died } = await connected();
    signal?.throwIfAborted();
    const stop = () => void api.cancel(id).catch(() => undefined);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([ask(api, id), died]);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  return {
    async start(next) {
      const info = await call((api) => api.start(next));
      settings = next;
      return info;
    },
    methods: () => call((api) => api.methods()),
    async addModel(origin, signal) {
      const summary = await job(signal, (api, id) => api.addModel(id, origin));
      models.set(summary.key, summary.origin); // a Hub model pinned to its commit
      return summary;
    },
    async removeModel(key) {
      models.delete(key);
      await call((api) => api.removeModel(key));
    },
    details: (key) => call((api) => api.details(key)),
    cachedBytes: () => call((api) => api.cachedBytes()),
    searchHub: (query, signal) => job(signal, (api, id) => api.searchHub(id, query)),
    lookAtHub: (origin, signal) => job(signal, (api, id) => api.lookAtHub(id, origin)),
    check: (recipe, seed) => call((api) => api.check(recipe, seed)),
    merge: (recipe, options, watch = {}) =>
      job(watch.signal, (api, id) => api.merge(id, recipe, options, listener(watch.onEvent)), watch.job),
    resume: (id, watch = {}) =>
      job(watch.signal, (api) => api.resume(id, listener(watch.onEvent), watch.directory), id),
    unfinished: () => call((api) => api.unfinished()),
    discard: (id) => call((api) => api.discard(id)),
    results: () => call((api) => api.results()),
    removeResult: (id) => call((api) => api.removeResult(id)),
    resultFiles: (id) => call((api) => api.resultFiles(id)),
    exportResult: (id, directory, watch = {}) =>
      job(watch.signal, (api, task) => api.exportResult(task, id, directory, listener(watch.onEvent))),
    evaluate: (request, watch = {}) =>
      job(watch.signal, (api, id) => api.evaluate(id, request, listener(watch.onEvent))),
    watch: (recipe, seed, options, watch = {}) =>
      job(watch.signal, (api, id) => api.watch(id, recipe, seed, options, listener(watch.onEvent))),
    costs: (subject, sets) => call((api) => api.costs(subject, sets)),
    answer: (request, watch = {}) => job(watch.signal, (api, id) => api.answer(id, request, listener(watch.onEvent))),
    storage: () => call((api) => api.storage()),
    evict: (repo, revision) => call((api) => api.evict(repo, revision)),
    persist: () => call((api) => api.persist()),
    memory: () => call((api) => api.memory()),
    loseDevice: () => call((api) => api.loseDevice()),
    terminate() {
      endWorker?.(stopped());
    },
  };
}

/** A callback the worker can call; the worker lets go of it when its job is over. */
function listener<E>(onEvent: ((event: E) => void) | undefined): (event: E) => void {
  return proxy((event: E) => onEvent?.(event));
}

function stopped(): AwaseError {
  return new AwaseError("engine/worker-died", "The engine was stopped. The next action starts it again.");
}

function workerDied(event: Event): AwaseError {
  const said = "message" in event && typeof event.message === "string" ? event.message : event.type;
  return new AwaseError(
    "engine/worker-died",
    `The engine stopped unexpectedly (${said}). Try again: it starts anew, and a merge goes on from its last finished tensor.`,
    { facts: { reason: said } },
  );
}
