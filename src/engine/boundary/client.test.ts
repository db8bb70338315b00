import { expose } from "comlink";
import { afterEach, expect, it, vi } from "vitest";
import { AwaseError, isAbort } from "../../base/errors";
import type { GuardReport } from "../../eval/types";
import type { Engine } from "../protocol/engine";
import type { EngineSettings, MergeEvent, MergeOptions, MergeReport, ModelSummary } from "../protocol/protocol";
import { connectEngine, type EngineWorker } from "./client";
import { serve } from "./serve";

const SETTINGS: EngineSettings = { hubUrl: "http://hub.test", samplesUrl: "http://page.test/samples", device: "cpu" };
const OPTIONS: MergeOptions = { seed: 0, name: "m", shardBytes: 0, allowNonFinite: false };
const REPORT = { id: "r", name: "m" } as MergeReport;

/** A worker without a thread: a message channel with the engine's side exposed at the far end. */
class FakeWorker extends EventTarget implements EngineWorker {
  readonly #channel = new MessageChannel();
  terminated = false;
  constructor(engine: Partial<Engine>) {
    super();
    expose(serve(engine), this.#channel.port2);
    this.#channel.port1.addEventListener("message", (event) =>
      this.dispatchEvent(new MessageEvent("message", { data: event.data })),
    );
    this.#channel.port1.start();
    open.push(this);
  }
  postMessage(message: unknown, transfer: Transferable[] = []): void {
    this.#channel.port1.postMessage(message, transfer);
  }
  terminate(): void {
    this.terminated = true;
    this.#channel.port1.close();
    this.#channel.port2.close();
  }
  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event("error"), { message }));
  }
}
let open: FakeWorker[] = [];
afterEach(() => {
  for (const worker of open) worker.terminate();
  open = [];
});

const engine = (api: Partial<Engine>) => connectEngine(() => new FakeWorker(api));
const never = () => new Promise<never>(() => undefined);

it("starts no worker before the first call, and one for all calls", async () => {
  const client = engine({ memory: async () => ({ lent: 1, held: 2, peak: 3 }), methods: async () => [] });
  expect(open).toHaveLength(0);
  await Promise.all([client.memory(), client.methods()]);
  expect(await client.memory()).toEqual({ lent: 1, held: 2, peak: 3 });
  expect(open).toHaveLength(1);
});

it("carries an AwaseError with its code and facts", async () => {
  const client = engine({
    details: async () => {
      throw AwaseError.of({ code: "model/not-loaded", message: "There is no model.", facts: { key: "a", loaded: 2 } });
    },
  });
  const error = await client.details("a").catch((e: unknown) => e);
  expect(error).toBeInstanceOf(AwaseError);
  expect(error).toMatchObject({
    code: "model/not-loaded",
    message: "There is no model.",
    facts: { key: "a", loaded: 2 },
  });
});

it("fires the signal of the call that was cancelled, and of no other, and rejects with AbortError", async () => {
  const stopped: string[] = [];
  const client = engine({
    searchHub: (query, watch) =>
      new Promise((_, reject) => {
        watch?.signal?.addEventListener("abort", () => {
          stopped.push(query);
          reject(watch.signal?.reason);
        });
      }),
  });
  const abort = new AbortController();
  const search = client.searchHub("llama", { signal: abort.signal }).catch((e: unknown) => e);
  void client.searchHub("qwen").catch(() => undefined);
  await vi.waitFor(() => expect(open).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve));
  abort.abort();
  expect(isAbort(await search)).toBe(true);
  expect(stopped).toEqual(["llama"]);
});

it("asks nothing when the signal has already fired", async () => {
  const searchHub = vi.fn(async () => []);
  const client = engine({ searchHub });
  await expect(client.searchHub("llama", { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
  expect(searchHub).not.toHaveBeenCalled();
});

it("passes events of a merge to the page, under the id the page gave", async () => {
  const note: MergeEvent = { type: "note", code: "gpu/lost", message: "Going on.", facts: {} };
  const client = engine({
    merge: async (recipe, { run = "", name }, watch) => {
      await watch?.onEvent?.(note);
      return { ...REPORT, id: run, name: `${recipe} ${name}` };
    },
  });
  const events: MergeEvent[] = [];
  const report = await client.merge("text", { ...OPTIONS, run: "mine" }, { onEvent: (event) => events.push(event) });
  expect(report).toMatchObject({ id: "mine", name: "text m" });
  expect(events).toEqual([note]);
});

it("passes measurements, the guard's stages and growing answers to the page", async () => {
  const evaluation = { set: "s", tokens: 1, seconds: 1 };
  const report = { stopped: false } as GuardReport;
  const client = engine({
    evaluate: async ({ sets }, watch) => {
      await watch?.onEvent?.({ type: "measuring", done: sets.length, total: 2 });
      return [evaluation];
    },
    watch: async (recipe, seed, { cap }, watch) => {
      await watch?.onEvent?.({ type: "guard-begin", basePerplexity: seed + recipe.length, cap });
      return report;
    },
    answer: async ({ prompt }, watch) => {
      await watch?.onEvent?.("Ye");
      return { text: "Yes", tokens: 2, ended: "stop", input: prompt, tokensPerSecond: 1 };
    },
    costs: async (_subject, sets) => sets.map(({ id }) => ({ set: id, tokens: 3 })),
  });
  const heard: unknown[] = [];
  const onEvent = (event: unknown) => heard.push(event);
  const subject = { kind: "model", key: "m" } as const;
  const request = { subject, sets: [], measures: [], positions: "all", maxTokens: 1 } as const;
  expect(await client.evaluate(request, { onEvent })).toEqual([evaluation]);
  const guard = { sets: [], cap: 2, action: "warn", groupLayers: 1, order: "up", positions: "all" } as const;
  expect(await client.watch("recipe", 7, guard, { onEvent })).toEqual(report);
  const asked = { subject, prompt: "?", chat: false, maxTokens: 1, temperature: 0, topP: 1, seed: 0 };
  expect(await client.answer(asked, { onEvent })).toMatchObject({ text: "Yes", input: "?" });
  expect(await client.costs(subject, [{ id: "s", name: "s", split: "search", prompts: [] }])).toEqual([
    { set: "s", tokens: 3 },
  ]);
  expect(heard).toEqual([
    { type: "measuring", done: 0, total: 2 },
    { type: "guard-begin", basePerplexity: 13, cap: 2 },
    "Ye",
  ]);
  await expect(client.answer(asked, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/i);
});

it("carries what the page's listener throws back to the engine", async () => {
  const client = engine({
    merge: async (_recipe, _options, watch) => {
      await watch?.onEvent?.({ type: "note", code: "x/y", message: "", facts: {} });
      return REPORT;
    },
  });
  const onEvent = () => {
    throw AwaseError.of({ code: "page/closed", message: "The panel is gone.", facts: { panel: "run" } });
  };
  await expect(client.merge("", OPTIONS, { onEvent })).rejects.toMatchObject({
    code: "page/closed",
    facts: { panel: "run" },
  });
});

it.each(["error", "messageerror"])("ends every waiting call on %s", async (type) => {
  const client = engine({ merge: never, methods: never });
  const waiting = [client.merge("", OPTIONS), client.methods()].map((call) => call.catch((e: unknown) => e));
  await vi.waitFor(() => expect(open).toHaveLength(1));
  await new Promise((resolve) => setTimeout(resolve));
  open[0]?.dispatchEvent(new Event(type));
  for (const error of await Promise.all(waiting)) expect(error).toMatchObject({ code: "engine/worker-died" });
  expect(open[0]?.terminated).toBe(true);
});

it("starts a fresh worker for the next call, with the settings and models of the dead one", async () => {
  const log: string[] = [];
  const client = connectEngine(() => {
    const name = `worker ${open.length + 1}`;
    return new FakeWorker({
      start: async (settings) => {
        log.push(`${name} start ${settings.hubUrl}`);
        return { kind: "cpu", name, software: true, maxBindingBytes: 1, maxBufferBytes: 1, budgetBytes: 1 };
      },
      addModel: async (origin) => {
        log.push(`${name} add ${origin.kind}`);
        return { key: origin.kind, origin } as ModelSummary;
      },
      removeModel: async () => undefined,
      methods: async () => [],
    });
  });
  await client.start(SETTINGS);
  await client.addModel({ kind: "sample", name: "a" });
  await client.addModel({ kind: "hub", repo: "org/b" });
  await client.removeModel("hub");
  open[0]?.crash("out of memory");
  await expect(client.methods()).resolves.toEqual([]);
  expect(log).toEqual([
    `worker 1 start ${SETTINGS.hubUrl}`,
    "worker 1 add sample",
    "worker 1 add hub",
    `worker 2 start ${SETTINGS.hubUrl}`,
    "worker 2 add sample",
  ]);
});

it("keeps no worker whose engine does not start again", async () => {
  const info = {
    kind: "cpu",
    name: "",
    software: true,
    maxBindingBytes: 1,
    maxBufferBytes: 1,
    budgetBytes: 1,
  } as const;
  const client = connectEngine(() => {
    const fails = open.length === 1;
    return new FakeWorker({
      start: async () => {
        if (fails) throw AwaseError.of({ code: "gpu/failed", message: "No device.", facts: {} });
        return info;
      },
      methods: async () => [],
    });
  });
  await client.start(SETTINGS);
  open[0]?.crash("out of memory");
  await expect(client.methods()).rejects.toMatchObject({ code: "gpu/failed" });
  expect(open[1]?.terminated).toBe(true);
  await expect(client.methods()).resolves.toEqual([]);
  expect(open.map(({ terminated }) => terminated)).toEqual([true, true, false]);
});

it("tells why the worker died", async () => {
  const client = engine({ methods: never });
  const call = client.methods().catch((e: unknown) => e);
  await new Promise((resolve) => setTimeout(resolve));
  open[0]?.crash("Script failed to load");
  expect(await call).toMatchObject({ code: "engine/worker-died", facts: { reason: "Script failed to load" } });
});

it("ends waiting calls when the page terminates the engine", async () => {
  const client = engine({ methods: never });
  const call = client.methods().catch((e: unknown) => e);
  await new Promise((resolve) => setTimeout(resolve));
  client.terminate();
  expect(await call).toMatchObject({ code: "engine/worker-died" });
});
