import { sha256 } from "../base/hashes";
import type { Hub } from "../hub/types";
import type { Folder } from "../io/types";
import { arithmetic } from "../merge/arithmetic";
import type { ExtractionReport } from "../merge/extract/extractAdapter";
import { methodFacts } from "../merge/registry";
import { type Adapter, adapterRanks } from "../model/adapters/adapter";
import { modelByKey } from "../model/adapters/byKey";
import { configNumber, DEPTH_KEYS } from "../model/config";
import { modelFacts, storedAs } from "../model/facts";
import { storedBytes } from "../model/storedBytes";
import { planFolders } from "../recipe/plan/inputs/planModels";
import { guardBase, guardLimit, plannedHeaders } from "../recipe/strength/guardLimit";
import type { TokenIds } from "../tokens/types";
import { engineFailure } from "./failures";
import { keepDevice } from "./machine/deviceKeeper";
import type { Environment } from "./machine/environment";
import { createRateBook } from "./machine/rates";
import { storageFacts, sweep } from "./machine/storage";
import type { ExtractionProgress, ExtractionRequest } from "./making/extracting";
import type { Measuring } from "./measuring/measuring";
import { Residency } from "./measuring/residency";
import type { Engine, Watch } from "./protocol/engine";
import type { Subject } from "./protocol/evalProtocol";
import type { ModelKey } from "./protocol/ids";
import type {
  AdapterSummary,
  EngineSettings,
  ModelOrigin,
  ModelSummary,
  Note,
  RecipeReport,
} from "./protocol/protocol";
import { keepResults } from "./runs/results";
import type { Runs } from "./runs/runs";
import { unfinishedRuns } from "./runs/unfinished";
import type { Searching } from "./searching/searching";
import { hubOnDemand } from "./shelf/hubOnDemand";
import { createShelf, type ShelvedModel } from "./shelf/models";
import { createNotes } from "./shelf/notes";
import { keyOf, openOrigin, pinned } from "./shelf/origins";
import { plannedFiles } from "./shelf/plannedFiles";
import { createPlanning, missingModels } from "./shelf/planning";

/** The engine itself. A worker wraps it for the page; the command line and tests hold it directly. */
export interface Session extends Engine {
  /** Puts up a model whose folder is at hand. @returns what was put right when it was opened @throws as `addModel` */
  place(key: ModelKey, folder: Folder, signal?: AbortSignal): Promise<readonly Note[]>;
  /**
   * Negative log-likelihoods in nats, `[s][t]` of token t + 1 of sequence `s`, without a tokenizer. Each event is the number of
   * tokens that are through.
   */
  likelihoods(
    subject: Subject,
    sequences: readonly TokenIds[],
    watch?: Watch<number>,
  ): Promise<readonly (readonly number[])[]>;
  /** Makes the adapter that one model is of another. @throws as `extract` of `making/extracting` */
  extract(request: ExtractionRequest, watch?: Watch<ExtractionProgress>): Promise<ExtractionReport>;
  /** What a search stands on: candidates that are points of a recipe, bound and measured without being written. */
  searching(): Promise<Searching>;
  /** Waits until what cancelled merges left is taken away; a cancel itself does not wait for it. */
  settled(): Promise<void>;
  /** Lets go of the device. */
  close(): void;
}

/** An engine on the given machine. `start` comes first; calls before it fail with `engine/not-started`. */
export function createSession(environment: Environment): Session {
  let started: { readonly settings: EngineSettings; readonly hub: () => Promise<Hub> } | undefined;
  const setup = () => {
    if (started) return started;
    throw engineFailure("engine/not-started");
  };
  const device = keepDevice(async () => environment.openDevice(setup().settings));
  const notes = createNotes();
  const rates = createRateBook(environment.records("rates"));
  const results = keepResults(environment);
  const shelf = createShelf();
  const planning = createPlanning(
    () => shelf.checkpoints,
    async () => (await device.get()).info.budgetBytes,
  );
  const residency = new Residency();
  let measuring: Measuring | undefined;
  /** The part that computes with models, loaded when it is first needed. */
  async function measure(): Promise<Measuring> {
    const { createMeasuring } = await import("./measuring/measuring");
    measuring ??= createMeasuring(
      {
        device,
        rates,
        shelf,
        planning,
        renew,
        base: { values: environment.records("base-values"), index: environment.records("base-entry") },
      },
      residency,
    );
    return measuring;
  }
  async function renew(key: ModelKey): Promise<void> {
    await shelf.renew(key);
    await measuring?.forget(key);
  }
  let merging: Runs | undefined;
  /** The part that merges and writes, loaded likewise. */
  async function runs(): Promise<Runs> {
    const { createRuns } = await import("./runs/runs");
    merging ??= createRuns({
      environment,
      device,
      rates,
      results,
      notes,
      models: () => shelf.checkpoints,
      plan: planning.plan,
      renew,
      guard: async (...watched) => (await measure()).settle(...watched),
      lend: async (...asked) => (await measure()).lend(...asked),
      lending: async (...asked) => (await measure()).lending(...asked),
      yieldToMerge: () => residency.yieldToMerge(),
    });
    return merging;
  }

  const access = () => {
    const { settings, hub } = setup();
    const { blocks, records } = environment;
    const listings = records("listing");
    const newSha256 = environment.hasher;
    const { samplesUrl } = settings;
    return { hub, notes, environment, listings, samplesUrl, newSha256, ...(blocks ? { blocks } : {}) };
  };

  async function check(recipe: string, seed: number): Promise<RecipeReport> {
    const models = shelf.checkpoints;
    const missing = missingModels(recipe, models);
    const report = await planning.report(recipe, seed);
    if (!report.plan) return { problems: report.problems, missing };
    const { method, totals, config } = report.plan;
    const limit = guardLimit(
      report.plan,
      methodFacts.find(({ id }) => id === method),
      plannedHeaders(report.plan, guardBase(report.plan)) ?? modelByKey(guardBase(report.plan), models),
    );
    const seconds = await rates.estimate((await device.get()).info, report.plan);
    return {
      problems: report.problems,
      missing,
      plan: {
        models: planFolders(report.plan).map(({ key }) => key),
        totals,
        files: plannedFiles(report.plan),
        layers: DEPTH_KEYS.map((key) => configNumber(config, key)).find((depth) => depth !== undefined) ?? 0,
        ...(seconds === undefined ? {} : { seconds }),
        ...(limit && { guardLimit: limit }),
      },
    };
  }

  return {
    async start(settings) {
      measuring?.close();
      device.close();
      started = {
        settings,
        hub: hubOnDemand({ hubUrl: settings.hubUrl, onNote: notes.send, token: environment.hubToken }),
      };
      await sweep(environment);
      return (await device.get()).info;
    },
    methods: async () => methodFacts.map(plainFacts),
    async addModel(origin, watch) {
      const { signal } = watching(watch);
      const open = () => openOrigin(origin, access(), signal);
      return summarise(origin, await shelf.add(await keyOf(origin, results), open, signal));
    },
    async removeModel(key) {
      shelf.remove(key);
      await measuring?.forget(key);
    },
    async details(key) {
      const { checkpoint } = shelf.get(key);
      return {
        config: checkpoint.configText,
        tensors: [...checkpoint.tensors.values()].map((tensor) => ({
          name: tensor.name,
          ...storedAs(tensor),
          shape: tensor.shape,
          bytes: storedBytes(tensor),
          file: tensor.file,
        })),
      };
    },
    async cachedBytes() {
      const keys = [...shelf.checkpoints.keys()];
      return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await cachedBytes(shelf.get(key))])));
    },
    searchHub: async (query, watch) => (await setup().hub()).search(query, watching(watch).signal),
    async lookAtHub(origin, watch) {
      const { signal } = watching(watch);
      const [{ lookAtHub }, hub] = await Promise.all([import("./shelf/hubModels"), setup().hub()]);
      return lookAtHub(hub, origin, signal);
    },
    check,
    async merge(recipe, { run = crypto.randomUUID(), ...options }, watch) {
      const { onEvent, signal } = watching(watch);
      return (await runs()).begin(run, recipe, options, onEvent, signal);
    },
    async resume(run, directory, watch) {
      const { onEvent, signal } = watching(watch);
      return (await runs()).resume(run, onEvent, signal, directory);
    },
    async restart(run, directory, watch) {
      const { onEvent, signal } = watching(watch);
      return (await runs()).restart(run, onEvent, signal, directory);
    },
    unfinished: async () => (merging ? merging.unfinished() : unfinishedRuns(environment)),
    discard: async (run) => (await runs()).discard(run),
    results: () => results.list(),
    removeResult: (id) => results.remove(id),
    async resultFiles(id) {
      await results.get(id);
      return environment.resultFiles(id);
    },
    async exportResult(id, directory, watch) {
      const { onEvent, signal } = watching(watch);
      await results.export(id, directory, onEvent, signal);
    },
    async evaluate(request, watch) {
      const { onEvent, signal } = watching(watch);
      return (await measure()).evaluate(request, onEvent, signal);
    },
    async watch(recipe, seed, options, watch) {
      const { onEvent, signal } = watching(watch);
      return (await measure()).watch(recipe, seed, options, onEvent, signal);
    },
    costs: async (subject, sets) => (await measure()).costs(subject, sets),
    async answer(request, watch) {
      const { onEvent, signal } = watching(watch);
      return (await measure()).answer(request, onEvent, signal);
    },
    async likelihoods(subject, sequences, watch) {
      const { onEvent, signal } = watching(watch);
      return (await measure()).likelihoods(subject, sequences, onEvent, signal);
    },
    async extract(request, watch) {
      const { onEvent, signal } = watching(watch);
      const { extract } = await import("./making/extracting");
      return extract({ shelf, renew, device }, request, onEvent, signal);
    },
    searching: async () => (await measure()).searching(),
    storage: () => storageFacts(environment),
    evict: async (repo, revision) => void (await environment.blocks?.evict(repo, revision)),
    persist: () => environment.persist(),
    memory: async () => device.current?.memory ?? { lent: 0, held: 0, peak: 0 },
    async warm() {
      await Promise.all([
        runs(),
        measure(),
        arithmetic(),
        import("./machine/directoryPlace"), // a result may go into a folder
        sha256(""),
        environment.hasher().then((hasher) => hasher.digest()),
      ]);
    },
    loseDevice: async () => device.lose(),
    place: async (key, folder, signal) =>
      (await shelf.add(key, async () => ({ folder }), signal)).checkpoint.remarks ?? [],
    settled: async () => merging?.settled(),
    close() {
      measuring?.close();
      device.close();
    },
  };
}

/** A watch with everything in it. @throws the signal's reason where it has fired */
function watching<E>({ signal, onEvent }: Watch<E> = {}): { signal: AbortSignal; onEvent: (event: E) => void } {
  signal?.throwIfAborted();
  return { signal: signal ?? new AbortController().signal, onEvent: onEvent ?? (() => undefined) };
}

async function summarise(origin: ModelOrigin, model: ShelvedModel): Promise<ModelSummary> {
  const { checkpoint, license, revision, note } = model;
  const { adapter } = checkpoint;
  const facts = modelFacts(checkpoint);
  return {
    ...facts,
    key: checkpoint.key,
    origin: pinned(origin, revision),
    cachedBytes: await cachedBytes(model),
    ...(license === undefined ? {} : { license }),
    ...(revision === undefined ? {} : { revision }),
    ...(note ? { note } : {}),
    ...(adapter ? { adapter: adapterSummary(adapter) } : {}),
  };
}

function adapterSummary(adapter: Adapter): AdapterSummary {
  const { base, products, replacements } = adapter;
  const changes = products.length + replacements.length;
  return { ...(base === undefined ? {} : { base }), ranks: adapterRanks(adapter), changes };
}

/** What is here already: all of it, unless it comes through the cache. */
async function cachedBytes(model: ShelvedModel): Promise<number> {
  return model.cachedBytes ? model.cachedBytes() : modelFacts(model.checkpoint).bytes;
}

/** Method facts without functions, which cannot be posted. */
function plainFacts(facts: (typeof methodFacts)[number]): Awaited<ReturnType<Engine["methods"]>>[number] {
  const { check, heeds, strength, ...plain } = facts;
  return plain;
}
