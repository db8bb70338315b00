import { AwaseError } from "../../base/errors";
import type { Device } from "../../compute/device";
import type { GuardOptions, GuardReport } from "../../eval/types";
import { planShards } from "../../formats/safetensorsWriter";
import type { Checkpoint } from "../../model/checkpoint";
import type { MergePlan } from "../../recipe/plan/plan";
import { withStats } from "../donor/statsFile";
import { engineFailure } from "../failures";
import type { DeviceKeeper } from "../machine/deviceKeeper";
import type { Environment, OutputPlace } from "../machine/environment";
import type { RateBook } from "../machine/rates";
import { checkRoom } from "../machine/storage";
import type { Measuring } from "../measuring/measuring";
import type { GuardEvent } from "../protocol/evalProtocol";
import type { RunId } from "../protocol/ids";
import type { MergeEvent, MergeOptions, MergeReport, UnfinishedRun } from "../protocol/protocol";
import type { Notes } from "../shelf/notes";
import { missingModels } from "../shelf/planning";
import { checkInputs } from "./checkInputs";
import { planFingerprint } from "./fingerprint";
import { holdInputs } from "./holdInputs";
import { InputLedger, inputFiles } from "./inputLedger";
import {
  checkFingerprint,
  findRun,
  JOURNAL_VERSION,
  noModels,
  openJournal,
  type RunJournal,
  type RunRecord,
} from "./journal";
import { mergeTensors } from "./mergeTensors";
import { type LostOutput, WeightWriter } from "./output";
import { bytesToStore, notEmpty, outputPaths } from "./outputFiles";
import { comparing, lostOutput } from "./remarks";
import type { Results } from "./results";
import { writeSideFiles } from "./sideFiles";
import { lockName, unfinishedRuns } from "./unfinished";

type OnEvent = (event: MergeEvent) => void;

export interface RunsContext {
  readonly environment: Environment;
  readonly device: DeviceKeeper;
  readonly rates: RateBook;
  readonly results: Results;
  readonly notes: Notes;
  models(): ReadonlyMap<string, Checkpoint>;
  plan(recipe: string, seed: number): Promise<MergePlan>;
  /** Opens a model anew whose bytes were found wrong. */
  renew(model: string): Promise<void>;
  /** Watches a recipe and gives the one to write. @throws {AwaseError} `guard/stopped` */
  guard(
    recipe: string,
    seed: number,
    options: GuardOptions,
    onEvent: (event: GuardEvent) => void,
    signal: AbortSignal,
  ): Promise<GuardReport>;
  /** Decides what the rows of a plan's donor may do. */
  lend: Measuring["lend"];
  /** What puts them in. */
  lending: Measuring["lending"];
  /** Frees device memory for a merge until disposed. */
  yieldToMerge(): Disposable;
}

/** Merges, from their plan to their report, with a journal by which each can be taken up again. */
export interface Runs {
  begin(id: RunId, recipe: string, options: MergeOptions, onEvent: OnEvent, signal: AbortSignal): Promise<MergeReport>;
  resume(id: RunId, onEvent: OnEvent, signal: AbortSignal, directory?: FileSystemDirectoryHandle): Promise<MergeReport>;
  /**
   * Makes a run anew that cannot be gone on with, or shall not be: what it has made is taken away, once it is clear that it can be
   * made again.
   */
  restart(
    id: RunId,
    onEvent: OnEvent,
    signal: AbortSignal,
    directory?: FileSystemDirectoryHandle,
  ): Promise<MergeReport>;
  /** Runs cut short, newest first; those at work here or in another tab left out. */
  unfinished(): Promise<readonly UnfinishedRun[]>;
  discard(id: RunId): Promise<void>;
  /** Waits until what cancelled runs left is taken away. */
  settled(): Promise<void>;
}

/** A run with everything open. */
interface OpenRun {
  readonly plan: MergePlan;
  readonly place: OutputPlace;
  readonly journal: RunJournal;
  readonly ledger: InputLedger;
  readonly writer: WeightWriter;
  /** Lets go of the run's lock. */
  readonly release: () => void;
}

export function createRuns(context: RunsContext): Runs {
  const { environment } = context;
  const records = environment.records("journal");
  /** Runs that failed and may be resumed; their files are still open, as no other session may touch them. */
  const suspended = new Map<RunId, OpenRun>();
  /** Runs that this session is at. */
  const atWork = new Set<RunId>();
  /** What takes away the files of cancelled runs. */
  const clearing = new Set<Promise<void>>();

  async function settled(): Promise<void> {
    await Promise.all(clearing);
  }

  async function begin(
    id: RunId,
    recipe: string,
    options: MergeOptions,
    onEvent: OnEvent,
    signal: AbortSignal,
  ): Promise<OpenRun> {
    const asked = withStats(await context.plan(recipe, options.seed), undefined);
    // A guard changes numbers, no names and no shapes.
    const shards = planShards(asked.tensors, options.shardBytes);
    await settled(); // their bytes still count as used, and one may have had this id
    const place = await environment.place(id, options.directory);
    await checkRoom(environment, options.name, bytesToStore(place, shards));
    const inTheWay = await place.inTheWay(outputPaths(asked, shards));
    if (inTheWay.length > 0) throw notEmpty(place.name, inTheWay);
    const { guard: watched, unguarded = false } = options;
    const lent = asked.donor && (await context.lend(asked, { guard: watched, unguarded }, onEvent, signal));
    const guard = lent ? lent.guard : watched && (await context.guard(recipe, options.seed, watched, onEvent, signal));
    const plan = withStats(guard ? await context.plan(guard.recipe, options.seed) : asked, lent);
    const models = context.models();
    const [fingerprint, inputs] = [await planFingerprint(plan), await inputFiles(plan, models, signal)];
    const release = await lock(id);
    const undo = () => records.remove(id).finally(release);
    return undoneOnFailure(undo, async () => {
      const journal = await openJournal(records, {
        version: JOURNAL_VERSION,
        id,
        recipe,
        options,
        ...(guard ? { guard } : {}),
        ...(lent ? { lent } : {}),
        fingerprint,
        inputs,
        tensors: plan.tensors.length,
        finished: [],
        digests: {},
        paths: outputPaths(plan, shards),
        files: [],
        nonFinite: [],
        started: Date.now(),
        seconds: 0,
      });
      const ledger = await InputLedger.open(inputs, models);
      journal.follow(ledger);
      const writer = await WeightWriter.open({ shards, place, journal, newHasher: environment.hasher }, signal);
      return { plan, place, journal, ledger, writer, release };
    });
  }

  async function takeUp(
    id: RunId,
    onEvent: OnEvent,
    signal: AbortSignal,
    directory?: FileSystemDirectoryHandle,
  ): Promise<OpenRun> {
    const open = suspended.get(id);
    const release = open?.release ?? (await lock(id));
    // A suspended run keeps its lock whatever happens here.
    const undo = async () => (open ? undefined : release());
    return undoneOnFailure(undo, async () => {
      const record = open?.journal.record ?? (await findRun(records, id));
      checkModels(record.options.name, record.recipe);
      const planned = await context.plan(record.guard?.recipe ?? record.recipe, record.options.seed);
      const plan = withStats(planned, record.lent);
      checkFingerprint(record, await planFingerprint(plan));
      const ledger = await takeUpInputs(record, plan, onEvent, signal);
      const onLost = (lost: LostOutput) => onEvent(lostOutput(lost, plan.tensors.length));
      if (open) {
        await open.writer.recheck(onLost, signal);
        suspended.delete(id);
        open.journal.follow(ledger);
        return { ...open, plan, ledger };
      }
      const shards = planShards(plan.tensors, record.options.shardBytes);
      const place = await environment.place(id, directory ?? record.options.directory);
      // Only weights are gone on with: everything else is made in no time, and of the models as they are now.
      const weights = new Set(shards.map(({ file }) => file));
      const files = record.files.filter(({ path }) => weights.has(path));
      const journal = await openJournal(records, { ...record, files });
      journal.follow(ledger);
      const writer = await WeightWriter.open({ shards, place, journal, newHasher: environment.hasher, onLost }, signal);
      return { plan, place, journal, ledger, writer, release };
    });
  }

  /** @throws {AwaseError} `journal/no-models` when the models of a run are not all loaded */
  function checkModels(name: string, recipe: string): void {
    const missing = missingModels(recipe, context.models()).map(({ reference }) => reference);
    if (missing.length > 0) throw noModels(name, missing);
  }

  /** Makes sure that what is done was made of the models as they are now. */
  async function takeUpInputs(record: RunRecord, plan: MergePlan, onEvent: OnEvent, signal: AbortSignal) {
    const models = context.models();
    const { inputs: before, options } = record;
    const now = await inputFiles(plan, models, signal);
    const onCompare = (bytes: number) => onEvent(comparing(bytes));
    await checkInputs(options.name, before, now, models, onCompare, signal);
    const reads = new Map(before.map((file) => [`${file.model}\n${file.file}`, file.reads]));
    const inputs = now.map((file) => ({ ...file, reads: reads.get(`${file.model}\n${file.file}`) ?? [] }));
    return InputLedger.open(inputs, models);
  }

  async function carryOut(run: OpenRun, onEvent: OnEvent, signal: AbortSignal): Promise<MergeReport> {
    const { plan, place, journal, writer } = run;
    const start = performance.now();
    const soFar = journal.record.seconds;
    const isFirstTry = writer.finished.size === 0;
    const seconds = () => soFar + (performance.now() - start) / 1000;
    using _room = context.yieldToMerge();
    try {
      const { lent } = journal.record;
      const over = lent && ((device: Device) => context.lending(plan, lent.strengths, device, signal));
      const { device, peakBytes } = await mergeTensors({ ...run, over }, context.device, onEvent, signal);
      await holdInputs(run, context.models(), !isFirstTry, context.renew, signal);
      await writer.complete(signal);
      await writeSideFiles({
        plan,
        models: context.models(),
        writer,
        place,
        journal,
        newHasher: environment.hasher,
        name: journal.record.options.name,
        signal,
      });
      const { record } = journal;
      const report: MergeReport = {
        id: record.id,
        name: record.options.name,
        files: record.files,
        tensors: plan.tensors.length,
        seconds: seconds(),
        readBytes: plan.totals.readBytes,
        writtenBytes: record.files.reduce((sum, { size }) => sum + size, 0),
        peakDeviceBytes: peakBytes,
        device: device.info.name,
        nonFinite: record.nonFinite,
        place: place.kind,
        ...(record.guard ? { guard: record.guard } : {}),
      };
      if (place.kind === "browser") await context.results.keep({ report, recipe: plan.recipe, finished: Date.now() });
      await journal.end();
      if (isFirstTry) await context.rates.record(device.info, plan, report.seconds);
      run.release();
      return report;
    } catch (error) {
      await stop(run, error, seconds(), signal.aborted);
      throw error;
    }
  }

  /** After a failure: keeps what can be gone on with, takes away the rest. */
  async function stop(run: OpenRun, error: unknown, seconds: number, cancelled: boolean): Promise<void> {
    const { journal, writer } = run;
    const wouldFailAgain = error instanceof AwaseError && WOULD_FAIL_AGAIN.has(error.code);
    if (!cancelled && !wouldFailAgain && writer.finished.size > 0) {
      // Disk full may be what stopped the run: then the journal keeps what it knew before.
      await writer.settle().catch(() => undefined);
      await journal.note({ seconds }).catch(() => undefined);
      suspended.set(journal.record.id, run);
      return;
    }
    const cleared = takeAway(run);
    if (!cancelled) return cleared;
    // A browser takes long to free gigabytes, and whoever cancels waits for nothing.
    clearing.add(cleared);
    void cleared.finally(() => clearing.delete(cleared));
  }

  /**
   * The journal first: a run that is being taken away is never offered again, and what a closed tab leaves is swept. A step that
   * fails does not stop the next: a picked folder may be out of reach by now, and without config.json what is left there is no model.
   */
  async function takeAway({ plan, place, journal, writer, release }: OpenRun): Promise<void> {
    const paths = outputPaths(plan, writer.shards);
    for (const step of [() => journal.end(), () => writer.abort(), () => place.clear(paths)]) {
      await step().catch(() => undefined);
    }
    release();
  }

  async function lock(id: RunId): Promise<() => void> {
    const release = await environment.hold(lockName(id));
    if (release) return release;
    throw engineFailure("job/elsewhere", { job: id });
  }

  /**
   * Remarks from below go to this run while it lasts.
   * @throws {AwaseError} `job/running` when a run of this name is at work already
   */
  async function listening<T>(id: RunId, onEvent: OnEvent, work: () => Promise<T>): Promise<T> {
    if (atWork.has(id)) {
      throw engineFailure("job/running", { job: id });
    }
    atWork.add(id);
    const stopListening = context.notes.listen((note) => onEvent({ type: "note", ...note }));
    try {
      return await work();
    } finally {
      stopListening();
      atWork.delete(id);
    }
  }

  async function discard(id: RunId): Promise<void> {
    const open = suspended.get(id);
    if (open) {
      await open.journal.end();
      suspended.delete(id);
      return takeAway(open);
    }
    const release = await lock(id);
    try {
      const record = await findRun(records, id);
      const place = await environment.place(id, record.options.directory);
      await records.remove(id);
      // As after a cancel: nobody must keep a run because the folder it wrote to is out of reach.
      await place.clear(record.paths).catch(() => undefined);
    } finally {
      release();
    }
  }

  async function restart(
    id: RunId,
    onEvent: OnEvent,
    signal: AbortSignal,
    directory?: FileSystemDirectoryHandle,
  ): Promise<OpenRun> {
    const { recipe, options } = suspended.get(id)?.journal.record ?? (await findRun(records, id));
    checkModels(options.name, recipe);
    await context.plan(recipe, options.seed);
    await discard(id);
    return begin(id, recipe, directory ? { ...options, directory } : options, onEvent, signal);
  }

  return {
    begin: (id, recipe, options, onEvent, signal) =>
      listening(id, onEvent, async () => carryOut(await begin(id, recipe, options, onEvent, signal), onEvent, signal)),
    resume: (id, onEvent, signal, directory) =>
      listening(id, onEvent, async () => carryOut(await takeUp(id, onEvent, signal, directory), onEvent, signal)),
    restart: (id, onEvent, signal, directory) =>
      listening(id, onEvent, async () => carryOut(await restart(id, onEvent, signal, directory), onEvent, signal)),
    unfinished: () =>
      unfinishedRuns(environment, { atWork: (id) => atWork.has(id), suspended: (id) => suspended.has(id) }),
    discard,
    settled,
  };
}

/** Errors that the same recipe and models bring about each time. */
const WOULD_FAIL_AGAIN: ReadonlySet<string> = new Set(["merge/non-finite", "merge/float16-overflow"]);

async function undoneOnFailure<T>(undo: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    await undo().catch(() => undefined); // what stopped the work tells more
    throw error;
  }
}
