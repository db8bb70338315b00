import { type Endpoint, proxy, type Remote, wrap } from "comlink";
import type { AwaseError } from "../../base/errors";
import { engineFailure } from "../failures";
import type { Engine, Watch } from "../protocol/engine";
import type { ModelKey } from "../protocol/ids";
import type { EngineSettings, ModelOrigin } from "../protocol/protocol";
import { carryErrors } from "./boundary";
import { CALLS, type Call, type Wire } from "./calls";

/** What the client needs of a worker: a place to post to, news of its death, and an end. A `Worker` is one. */
export interface EngineWorker extends Endpoint {
  terminate(): void;
}

/**
 * The engine as the page has it. Every call
 * - rejects with the `AwaseError` the engine threw, or with `AbortError` when its signal fired;
 * - rejects with `engine/worker-died` when the worker crashed; the next call starts a fresh worker, with the same
 *   settings and models, and a merge that was running can be resumed by its id.
 */
export interface EngineClient extends Engine {
  /** Ends the worker, and with it the GPU device. The next call starts another. */
  terminate(): void;
}

/** A worker that answers until it dies. */
interface Line {
  readonly wire: Remote<Wire>;
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
    return { wire: wrap<Wire>(worker), died, end };
  }

  /** A fresh worker knows nothing: it gets the settings and the models of the one before. */
  async function redial(): Promise<Line> {
    const fresh = dial();
    try {
      if (settings) await Promise.race([fresh.wire.ask("start", [settings]), fresh.died]);
    } catch (error) {
      fresh.end(stopped()); // the next call tries with another
      throw error;
    }
    for (const origin of models.values()) {
      // A model that cannot be opened any more is named as missing by the next check.
      const added = work(fresh.wire, "addModel", [origin]).catch(() => undefined);
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

  async function ask(call: Call, args: readonly unknown[]): Promise<unknown> {
    const { wire, died } = await connected();
    return Promise.race([wire.ask(call, args), died]);
  }

  async function watched(call: Call, args: readonly unknown[], { signal, onEvent }: Watch<unknown>): Promise<unknown> {
    signal?.throwIfAborted();
    const { wire, died } = await connected();
    signal?.throwIfAborted();
    const job = crypto.randomUUID();
    const stop = () => void wire.cancel(job).catch(() => undefined);
    signal?.addEventListener("abort", stop, { once: true });
    try {
      return await Promise.race([work(wire, call, args, job, onEvent), died]);
    } finally {
      signal?.removeEventListener("abort", stop);
    }
  }

  const crossing = (call: Call) => {
    const watchAt = CALLS[call];
    return watchAt === "plain"
      ? (...args: readonly unknown[]) => ask(call, args)
      : (...args: readonly unknown[]) => watched(call, given(args, watchAt), (args[watchAt] ?? {}) as Watch<unknown>);
  };
  const calls = (Object.keys(CALLS) as Call[]).map((call) => [call, crossing(call)]);
  const engine: Engine = Object.fromEntries(calls);

  return {
    ...engine,
    async start(next) {
      const info = await engine.start(next);
      settings = next;
      return info;
    },
    async addModel(origin, watch) {
      const summary = await engine.addModel(origin, watch);
      models.set(summary.key, summary.origin); // a Hub model pinned to its commit
      return summary;
    },
    async removeModel(key) {
      models.delete(key);
      await engine.removeModel(key);
    },
    terminate() {
      endWorker?.(stopped());
    },
  };
}

/** Exactly so many arguments: the watch comes behind them, also where the last of them was left out. */
function given(args: readonly unknown[], count: number): readonly unknown[] {
  return Array.from({ length: count }, (_, at) => args[at]);
}

/** Watched work on the other side. The listener becomes a proxy, which the worker lets go of when the work is over. */
function work(
  wire: Remote<Wire>,
  call: Call,
  args: readonly unknown[],
  job: string = crypto.randomUUID(),
  onEvent?: (event: unknown) => void,
): Promise<unknown> {
  return wire.work(
    job,
    call,
    args,
    proxy((event: unknown) => onEvent?.(event)),
  );
}

function stopped(): AwaseError {
  return engineFailure("engine/worker-died", { reason: undefined });
}

function workerDied(event: Event): AwaseError {
  const said = "message" in event && typeof event.message === "string" ? event.message : event.type;
  return engineFailure("engine/worker-died", { reason: said });
}
