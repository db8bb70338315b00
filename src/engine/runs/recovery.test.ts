import { beforeAll, describe, expect, it } from "vitest";
import { isAbort } from "../../base/errors";
import { openCpuDevice } from "../../compute/devices/cpu";
import { openWasmDevice } from "../../compute/devices/wasm/device";
import { startNodeThread } from "../../compute/devices/wasm/nodeThread";
import type { StartThread } from "../../compute/devices/wasm/threads";
import type { OutputFolder } from "../../io/types";
import { losable } from "../machine/losableDevice";
import { MemoryEnvironment } from "../machine/memoryEnvironment";
import type { MergeEvent, MergeOptions } from "../protocol/protocol";
import { createSession } from "../session";
import {
  filesOf,
  goldenRecipe,
  hashesOf,
  IDENTITY,
  OPTIONS,
  openGoldenSession,
  SETTINGS,
  tinyModel,
} from "../session.testing";
import { beforeWriting, failingAfter } from "./writing.testing";

const RECIPE = goldenRecipe("ties");
/** Some tensors a file, several files. */
const SHARDED: MergeOptions = { ...OPTIONS, shardBytes: 40_000 };
const ignore = () => undefined;
const cpu = async () => openCpuDevice({ reason: "The CPU was asked for." });

/** What the merge gives when nothing happens to it. */
let undisturbed: ReadonlyMap<string, string>;
beforeAll(async () => {
  const environment = new MemoryEnvironment();
  await (await openGoldenSession(environment)).merge(RECIPE, { ...SHARDED, run: "whole" });
  undisturbed = hashesOf(environment, "whole");
});

/** An output that does something before certain bytes are written: each act once, in order. */
function acting(
  acts: readonly { readonly at: number; readonly act: () => void }[],
): (output: OutputFolder) => OutputFolder {
  const waiting = [...acts];
  return beforeWriting((written) => {
    if (waiting[0] && written > waiting[0].at) waiting.shift()?.act();
  });
}

it("goes on in the same session after a write failed, to the same bytes", async () => {
  const environment = new MemoryEnvironment({
    wrapOutput: failingAfter(100_000, 1),
  });
  const session = await openGoldenSession(environment);
  await expect(session.merge(RECIPE, { ...SHARDED, run: "job" })).rejects.toThrow("The disk is away.");
  const [run] = await session.unfinished();
  expect(run).toMatchObject({ id: "job", name: "merged", recipe: RECIPE });
  expect(run?.tensorsDone).toBeGreaterThan(0);
  expect(run?.tensorsDone).toBeLessThan(run?.tensors ?? 0);
  expect([...filesOf(environment, "job").keys()]).not.toContain("config.json");
  await session.resume("job");
  expect(hashesOf(environment, "job")).toEqual(undisturbed);
});

it.each([45_000, 100_000, 150_000, 185_000])("goes on after a crash at byte %i, to the same bytes", async (limit) => {
  const environment = new MemoryEnvironment({ wrapOutput: failingAfter(limit) });
  const first = await openGoldenSession(environment);
  await expect(first.merge(RECIPE, { ...SHARDED, run: "job" })).rejects.toThrow("The disk is away.");

  environment.crash();
  environment.options = {};
  const second = await openGoldenSession(environment);
  const [run] = await second.unfinished();
  const events: MergeEvent[] = [];
  const report = await second.resume(run?.id ?? "", undefined, { onEvent: (event) => events.push(event) });
  expect(events.find((event) => event.type === "progress")).toMatchObject({ tensorsDone: run?.tensorsDone });
  expect(hashesOf(environment, "job")).toEqual(undisturbed);
  expect(report.files).toHaveLength(filesOf(environment, "job").size);
  expect(await second.unfinished()).toEqual([]);
  expect(await second.results()).toMatchObject([{ report: { id: "job" } }]);
});

it("gives the same checksums after a crash as without", async () => {
  const environment = new MemoryEnvironment({ wrapOutput: failingAfter(100_000) });
  await (await openGoldenSession(environment)).merge(RECIPE, { ...SHARDED, run: "job" }).catch(ignore);
  environment.crash();
  environment.options = {};
  const resumed = await (await openGoldenSession(environment)).resume("job");
  const whole = await (await openGoldenSession()).merge(RECIPE, { ...SHARDED, run: "job" });
  expect(resumed.files).toEqual(whole.files);
});

it("leaves nothing when it is cancelled", async () => {
  const environment = new MemoryEnvironment();
  const session = await openGoldenSession(environment);
  const control = new AbortController();
  environment.options = { wrapOutput: acting([{ at: 100_000, act: () => control.abort() }]) };
  const error = await session
    .merge(RECIPE, { ...SHARDED, run: "job" }, { signal: control.signal })
    .catch((reason: unknown) => reason);
  expect(isAbort(error)).toBe(true);
  expect(await session.unfinished()).toEqual([]);
  await session.settled();
  expect(environment.outputs.size).toBe(0);
  expect(await session.results()).toEqual([]);
  // The id is free again, and so is its lock.
  await session.merge(RECIPE, { ...SHARDED, run: "job" });
  expect(hashesOf(environment, "job")).toEqual(undisturbed);
});

it("goes on with a new device when the first is lost, and says so", async () => {
  const openDevice = async () => losable(await cpu());
  const environment = new MemoryEnvironment({ openDevice });
  const session = await openGoldenSession(environment);
  const lose = { at: 100_000, act: () => void session.loseDevice() };
  environment.options = { openDevice, wrapOutput: acting([lose]) };
  const events: MergeEvent[] = [];
  await session.merge(RECIPE, { ...SHARDED, run: "job" }, { onEvent: (event) => events.push(event) });
  expect(hashesOf(environment, "job")).toEqual(undisturbed);
  expect(events.filter(({ type }) => type === "note")).toMatchObject([{ code: "gpu/lost" }]);
  expectNeverFalling(events);
});

it("keeps the journal when the second device is lost as well", async () => {
  const openDevice = async () => losable(await cpu());
  const environment = new MemoryEnvironment({ openDevice });
  const session = await openGoldenSession(environment);
  const lose = (at: number) => ({ at, act: () => void session.loseDevice() });
  environment.options = { openDevice, wrapOutput: acting([lose(80_000), lose(140_000)]) };
  const merging = session.merge(RECIPE, { ...SHARDED, run: "job" });
  await expect(merging).rejects.toMatchObject({ code: "gpu/lost" });
  const [run] = await session.unfinished();
  expect(run?.tensorsDone).toBeGreaterThan(0);
  await session.resume("job");
  expect(hashesOf(environment, "job")).toEqual(undisturbed);
});

describe("a merge by threads", () => {
  /** Devices of WebAssembly, and how the last of them loses a thread. */
  function threads() {
    let die: (reason: string) => void = ignore;
    const start: StartThread = (facts, died) => {
      die = died;
      return startNodeThread(facts, died);
    };
    return {
      openDevice: () => openWasmDevice({ reason: "A test asks for it.", count: 2, start }),
      die: () => die("out of memory"),
    };
  }

  it("goes on with new ones when one died, and says so", async () => {
    const { openDevice, die } = threads();
    const environment = new MemoryEnvironment({ openDevice });
    const session = await openGoldenSession(environment);
    environment.options = { openDevice, wrapOutput: acting([{ at: 100_000, act: die }]) };
    const events: MergeEvent[] = [];
    await session.merge(RECIPE, { ...SHARDED, run: "job" }, { onEvent: (event) => events.push(event) });
    expect(hashesOf(environment, "job")).toEqual(undisturbed);
    expect(events.filter(({ type }) => type === "note")).toMatchObject([{ code: "device/thread-lost" }]);
  });

  it("ends with a code when one of the new ones dies as well, and can be taken up again", async () => {
    const { openDevice, die } = threads();
    const environment = new MemoryEnvironment({ openDevice });
    const session = await openGoldenSession(environment);
    const acts = [80_000, 140_000].map((at) => ({ at, act: die }));
    environment.options = { openDevice, wrapOutput: acting(acts) };
    const merging = session.merge(RECIPE, { ...SHARDED, run: "job" });
    await expect(merging).rejects.toMatchObject({ code: "device/thread-lost", facts: { reason: "out of memory" } });
    const [run] = await session.unfinished();
    expect(run?.tensorsDone).toBeGreaterThan(0);
    await session.resume("job");
    expect(hashesOf(environment, "job")).toEqual(undisturbed);
  });
});

it("removes an unfinished run that is discarded", async () => {
  const environment = new MemoryEnvironment({ wrapOutput: failingAfter(100_000) });
  const session = await openGoldenSession(environment);
  await session.merge(RECIPE, { ...SHARDED, run: "job" }).catch(ignore);
  await session.discard("job");
  expect(environment.outputs.size).toBe(0);
  expect(await session.unfinished()).toEqual([]);
  await expect(session.resume("job")).rejects.toMatchObject({
    code: "journal/not-found",
  });
});

it("does not show, or touch, a run that is at work in another session", async () => {
  const environment = new MemoryEnvironment();
  const [here, there] = [await openGoldenSession(environment), await openGoldenSession(environment)];
  let seen: unknown;
  let refused: Promise<unknown> = Promise.resolve();
  const look = () => {
    seen = there.unfinished();
    refused = there.resume("job").catch((error: unknown) => error);
  };
  environment.options = { wrapOutput: acting([{ at: 100_000, act: look }]) };
  await here.merge(RECIPE, { ...SHARDED, run: "job" });
  expect(await seen).toEqual([]);
  expect(await refused).toMatchObject({ code: "job/elsewhere" });
  expect(hashesOf(environment, "job")).toEqual(undisturbed);
});

it("does not discard a run that is at work in another session", async () => {
  const environment = new MemoryEnvironment();
  const [here, there] = [await openGoldenSession(environment), await openGoldenSession(environment)];
  let refused: Promise<unknown> = Promise.resolve();
  const discard = () => {
    refused = there.discard("job").catch((error: unknown) => error);
  };
  environment.options = { wrapOutput: acting([{ at: 100_000, act: discard }]) };
  await here.merge(RECIPE, { ...SHARDED, run: "job" });
  expect(await refused).toMatchObject({ code: "job/elsewhere" });
  expect(hashesOf(environment, "job")).toEqual(undisturbed);
});

it("discards a run whose folder is out of reach, and starts beside files that cannot be swept", async () => {
  const environment = new MemoryEnvironment({ wrapOutput: failingAfter(100_000) });
  await (await openGoldenSession(environment)).merge(RECIPE, { ...SHARDED, run: "job" }).catch(ignore);
  environment.crash();
  const { place } = environment;
  const clear = () => Promise.reject(new Error("The folder is out of reach."));
  environment.place = async (id) => ({ ...(await place(id)), clear });
  await (await openGoldenSession(environment)).discard("job");
  expect(environment.outputs.size).toBe(1); // nobody knows it now, but it cannot be removed
  expect(await (await openGoldenSession(environment)).unfinished()).toEqual([]);
});

it("does not offer to go on with a merge that was killed when its result was kept and its journal not yet ended", async () => {
  const environment = new MemoryEnvironment({ wrapOutput: failingAfter(100_000) });
  await (await openGoldenSession(environment)).merge(RECIPE, { ...SHARDED, run: "job" }).catch(ignore);
  environment.crash();
  environment.options = {};
  const journal = environment.records("journal");
  const record = await journal.get("job");
  if (!record) throw new Error("The journal has no run.");
  await (await openGoldenSession(environment)).resume("job");
  await journal.put("job", record);

  environment.crash();
  const session = await openGoldenSession(environment);
  expect(await session.unfinished()).toEqual([]);
  expect(await session.results()).toMatchObject([{ report: { id: "job" } }]);
  expect(hashesOf(environment, "job")).toEqual(undisturbed);
  expect(await journal.all()).toEqual([]);
});

it("sweeps files of a run that nobody knows", async () => {
  const environment = new MemoryEnvironment();
  await (await environment.place("lost")).output.create("model.safetensors", { size: 8 });
  await openGoldenSession(environment);
  expect(environment.outputs.size).toBe(0);
});

it("refuses a merge that does not fit, with both numbers, before anything is written", async () => {
  const environment = new MemoryEnvironment({ quota: 1000 });
  const session = await openGoldenSession(environment);
  const error = await session.merge(RECIPE, { ...OPTIONS, run: "job" }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "storage/quota", facts: { free: 1000 } });
  expect(filesOf(environment, "job").size).toBe(0);
  expect(await session.unfinished()).toEqual([]);
});

it("stops at NaN and leaves nothing, unless it is allowed", async () => {
  const environment = new MemoryEnvironment();
  const session = createSession(environment);
  await session.start(SETTINGS);
  await session.place("x", tinyModel(Number.NaN));
  const events: MergeEvent[] = [];
  const stopped = session.merge(IDENTITY, { ...OPTIONS, run: "job" }, { onEvent: (event) => events.push(event) });
  await expect(stopped).rejects.toMatchObject({ code: "merge/non-finite" });
  expect(events.some(({ type }) => type === "non-finite")).toBe(true);
  expect(environment.outputs.size).toBe(0);
  expect(await session.unfinished()).toEqual([]);
  const report = await session.merge(IDENTITY, { ...OPTIONS, allowNonFinite: true, run: "job" });
  expect(report.nonFinite.length).toBeGreaterThan(0);
});

function expectNeverFalling(events: readonly MergeEvent[]): void {
  const progress = events.filter((event) => event.type === "progress");
  for (const [index, event] of progress.slice(1).entries()) {
    const before = progress[index];
    for (const lane of ["fetch", "merge", "write"] as const) {
      expect(event[lane].done).toBeGreaterThanOrEqual(before?.[lane].done ?? 0);
      expect(event[lane].total).toBe(before?.[lane].total);
    }
    expect(event.tensorsDone).toBeGreaterThanOrEqual(before?.tensorsDone ?? 0);
  }
}
