import { beforeAll, describe, expect, it } from "vitest";
import type { OutputFolder } from "../../io/types";
import { MemoryEnvironment } from "../machine/memoryEnvironment";
import type { MergeEvent, MergeOptions } from "../protocol/protocol";
import { filesOf, goldenRecipe, hashesOf, OPTIONS, openGoldenSession } from "../session.testing";
import type { RunRecord } from "./journal";
import { failingAfter } from "./writing.testing";

/* A run is cut short, something happens to what it wrote, and the run is taken up again. */

const RECIPE = goldenRecipe("ties");
const SHARDED: MergeOptions = { ...OPTIONS, shardBytes: 40_000 };
const ignore = () => undefined;

let undisturbed: ReadonlyMap<string, string>;
beforeAll(async () => {
  const environment = new MemoryEnvironment();
  await (await openGoldenSession(environment)).merge(RECIPE, { ...OPTIONS, run: "whole" });
  undisturbed = hashesOf(environment, "whole");
});

/** What the disk does to a file that is taken up again. */
interface Harm {
  /** Bytes that are left of it. */
  readonly kept?: number;
  /** A byte that was never written. */
  readonly blank?: number;
}

/** Fails after some bytes; later, gives back less than was written. */
function harmed(limit: number, harm: Harm = {}): (output: OutputFolder) => OutputFolder {
  const failing = failingAfter(limit);
  return (output) => {
    const { create, ...others } = failing(output);
    return {
      ...others,
      async create(path, options) {
        const sink = await create(path, options);
        const read = sink.read?.bind(sink);
        sink.read = async (start, end) => {
          const bytes = (await read?.(start, end)) ?? new Uint8Array();
          if (harm.blank !== undefined && start <= harm.blank && harm.blank < end) bytes[harm.blank - start] = 0;
          return bytes;
        };
        if (harm.kept !== undefined && options.resume) Object.defineProperty(sink, "kept", { value: harm.kept });
        return sink;
      },
    };
  };
}

async function cutShort(options: MergeOptions): Promise<MemoryEnvironment> {
  const environment = new MemoryEnvironment({ wrapOutput: harmed(150_000) });
  await (await openGoldenSession(environment)).merge(RECIPE, { ...options, run: "job" }).catch(ignore);
  environment.crash();
  environment.options = {};
  return environment;
}

async function goOn(environment: MemoryEnvironment) {
  const notes: Extract<MergeEvent, { type: "note" }>[] = [];
  const session = await openGoldenSession(environment);
  const [run] = await session.unfinished();
  const report = await session.resume("job", undefined, {
    onEvent: (event) => void (event.type === "note" && notes.push(event)),
  });
  expect(await session.unfinished()).toEqual([]);
  return { done: run?.tensorsDone ?? 0, notes, report };
}

describe("an unfinished file", () => {
  it("that is gone is made again, and the run says so", async () => {
    const environment = await cutShort(OPTIONS);
    environment.outputs.delete("job");
    const { done, notes } = await goOn(environment);
    expect(done).toBeGreaterThan(10);
    expect(notes).toMatchObject([
      { code: "output/lost", facts: { file: "model.safetensors", lost: done, tensors: 39 } },
    ]);
    expect(hashesOf(environment, "job")).toEqual(undisturbed);
  });

  it.each([0, 7, 5000, 60_000])("that was cut to %i bytes is gone on with from there", async (kept) => {
    const environment = await cutShort(OPTIONS);
    environment.options = { wrapOutput: harmed(Number.POSITIVE_INFINITY, { kept }) };
    const { done, notes } = await goOn(environment);
    const lost = Number(notes[0]?.facts.lost);
    expect(notes).toMatchObject([{ code: "output/lost", facts: { file: "model.safetensors" } }]);
    expect(lost).toBeGreaterThan(0);
    if (kept === 60_000) expect(lost).toBeLessThan(done);
    else if (kept < 4000) expect(lost).toBe(done);
    expect(hashesOf(environment, "job")).toEqual(undisturbed);
  });

  it("in which the disk lost a stretch has the tensors there made again, and no other", async () => {
    const environment = await cutShort(OPTIONS);
    environment.options = { wrapOutput: harmed(Number.POSITIVE_INFINITY, { blank: 50_000 }) };
    const { notes } = await goOn(environment);
    expect(notes).toMatchObject([{ code: "output/lost", facts: { lost: 1 } }]);
    expect(hashesOf(environment, "job")).toEqual(undisturbed);
  });
});

describe("a finished file", () => {
  it.each(["removed", "cut"])("that was %s is made again, and the folder never looks whole without it", async (how) => {
    const whole = new MemoryEnvironment();
    await (await openGoldenSession(whole)).merge(RECIPE, { ...SHARDED, run: "job" });
    const environment = await cutShort(SHARDED);
    const files = environment.outputs.get("job")?.files;
    const [path = "", bytes = new Uint8Array()] = [...filesOf(environment, "job")][0] ?? [];
    if (how === "removed") files?.delete(path);
    else files?.set(path, bytes.slice(0, 1000));
    const { notes, report } = await goOn(environment);
    expect(notes).toMatchObject([{ code: "output/lost", facts: { file: path } }]);
    expect(hashesOf(environment, "job")).toEqual(hashesOf(whole, "job"));
    expect(report.files).toHaveLength(filesOf(environment, "job").size);
  });
});

describe("a journal that nobody can read", () => {
  const spoil = async (change: (record: RunRecord) => unknown) => {
    const environment = await cutShort(OPTIONS);
    const record = await environment.records("journal").get("job");
    if (!record) throw new Error("no record");
    await environment.records("journal").put("job", change(record) as RunRecord);
    return environment;
  };

  it.each<[string, (record: RunRecord) => unknown]>([
    ["of an earlier version", ({ version: _, ...record }) => record],
    ["cut short", ({ finished: _, ...record }) => record],
    ["with other things in it", (record) => ({ ...record, inputs: "many", digests: 5 })],
    ["of another program", ({ id }) => ({ id, state: "ready" })],
  ])("%s is not offered, and its files are taken away", async (_, change) => {
    const environment = await spoil(change);
    const session = await openGoldenSession(environment);
    expect(await session.unfinished()).toEqual([]);
    expect(await environment.records("journal").all()).toEqual([]);
    expect(environment.outputs.size).toBe(0);
    await expect(session.resume("job")).rejects.toMatchObject({ code: "journal/not-found" });
    await session.merge(RECIPE, { ...OPTIONS, run: "job" });
    expect(hashesOf(environment, "job")).toEqual(undisturbed);
  });

  it("of a later version is not offered, and stays for it", async () => {
    const environment = await spoil((record) => ({ ...record, version: 99 }));
    const session = await openGoldenSession(environment);
    expect(await session.unfinished()).toEqual([]);
    expect(await environment.records("journal").all()).toHaveLength(1);
    expect(environment.outputs.size).toBe(1);
  });
});
