import {
  copyFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readSafetensors } from "../../formats/safetensors";
import { filesFolder } from "../../io/file";
import { memorySource } from "../../io/memory";
import { nodeFolder } from "../../io/node";
import type { Folder } from "../../io/types";
import { MemoryEnvironment } from "../machine/memoryEnvironment";
import type { MergeEvent, MergeOptions } from "../protocol/protocol";
import { createSession } from "../session";
import { GOLDEN, hashesOf, IDENTITY, OPTIONS, SETTINGS, tinyModel } from "../session.testing";
import { failingAfter } from "./writing.testing";

/* A run is cut short, something happens to its model, and the run is taken up again. */

const SHARDED: MergeOptions = { ...OPTIONS, shardBytes: 20_000 };
const ignore = () => undefined;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "awase-changed-"));
  cpSync(join(GOLDEN, "models/a"), join(folder, "x"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const weights = () => join(folder, "x/model.safetensors");

/** The golden model on disk. */
const onDisk = () => nodeFolder(join(folder, "x"));

/** The same as dropped on a page, with a date that the person's system gives. */
function dropped(lastModified: number): Folder {
  return filesFolder(
    "x",
    readdirSync(join(folder, "x")).map((path) => ({
      path,
      file: new File([readFileSync(join(folder, "x", path))], path, { lastModified }),
    })),
  );
}

/** Changes one byte in the middle of a tensor. @param which of the file's tensors, counted from the front */
async function changeTensor(which: number, away = 100): Promise<void> {
  const bytes = readFileSync(weights());
  const { tensors } = await readSafetensors(memorySource("x", bytes));
  const tensor = [...tensors].sort((a, b) => a.start - b.start).at(which);
  if (!tensor) throw new Error("no such tensor");
  const at = tensor.start + away;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(weights(), bytes);
}

async function open(environment: MemoryEnvironment, model: Folder) {
  const session = createSession(environment);
  await session.start(SETTINGS);
  await session.place("x", model);
  return session;
}

/** Merges until about half of the bytes are written, and crashes. */
async function cutShort(model: Folder): Promise<MemoryEnvironment> {
  const environment = new MemoryEnvironment({ wrapOutput: failingAfter(100_000) });
  const session = await open(environment, model);
  await expect(session.merge(IDENTITY, { ...SHARDED, run: "job" })).rejects.toThrow("The disk is away.");
  expect((await session.unfinished())[0]?.tensorsDone).toBeGreaterThan(5);
  environment.crash();
  environment.options = {};
  return environment;
}

async function undisturbed(model: Folder) {
  const environment = new MemoryEnvironment();
  await (await open(environment, model)).merge(IDENTITY, { ...SHARDED, run: "job" });
  return hashesOf(environment, "job");
}

async function goOn(environment: MemoryEnvironment, model: Folder) {
  const codes: string[] = [];
  const onEvent = (event: MergeEvent) => void (event.type === "note" && codes.push(event.code));
  await (await open(environment, model)).resume("job", undefined, { onEvent });
  return { codes, hashes: hashesOf(environment, "job") };
}

async function expectRefusal(environment: MemoryEnvironment, model: Folder) {
  const session = await open(environment, model);
  await expect(session.resume("job")).rejects.toMatchObject({
    code: "journal/changed",
    facts: { model: "x", file: "model.safetensors" },
  });
  // Nothing is lost by the refusal: with the right file it goes on.
  expect(await session.unfinished()).toHaveLength(1);
  session.close();
}

describe("a model on disk, between two tries", () => {
  it("left alone goes on without being read again", async () => {
    const environment = await cutShort(onDisk());
    const { codes, hashes } = await goOn(environment, onDisk());
    expect(codes).toEqual([]);
    expect(hashes).toEqual(await undisturbed(onDisk()));
  });

  it.each(["touch", "cp -p", "mv back and forth"])(
    "only touched (%s) goes on once its bytes were compared",
    async (how) => {
      const environment = await cutShort(onDisk());
      const { atime, mtime } = statSync(weights());
      copyFileSync(weights(), `${weights()}.copy`);
      if (how === "touch") utimesSync(weights(), new Date(), new Date());
      else {
        rmSync(weights());
        copyFileSync(`${weights()}.copy`, weights());
        if (how === "cp -p") utimesSync(weights(), atime, mtime);
      }
      rmSync(`${weights()}.copy`);
      const { codes, hashes } = await goOn(environment, onDisk());
      expect(codes).toEqual(["journal/comparing"]);
      expect(hashes).toEqual(await undisturbed(onDisk()));
    },
  );

  it.each([
    ["with its date (cp -p, rsync -t)", true],
    ["with a new date", false],
  ])("replaced by one that differs in one byte of what was merged, %s, is refused", async (_, keepDate) => {
    const environment = await cutShort(onDisk());
    const { atime, mtime } = statSync(weights());
    const original = readFileSync(weights());
    await changeTensor(0);
    if (keepDate) utimesSync(weights(), atime, mtime);
    await expectRefusal(environment, onDisk());
    writeFileSync(weights(), original);
    const { hashes } = await goOn(environment, onDisk());
    expect(hashes).toEqual(await undisturbed(onDisk()));
  });

  it("replaced by another fine-tune of the same size is refused", async () => {
    const environment = await cutShort(onDisk());
    copyFileSync(join(GOLDEN, "models/b/model.safetensors"), weights());
    await expectRefusal(environment, onDisk());
  });

  it("replaced by another is merged as it is now when the run is started again", async () => {
    const environment = await cutShort(onDisk());
    copyFileSync(join(GOLDEN, "models/b/model.safetensors"), weights());
    await expectRefusal(environment, onDisk());
    const session = await open(environment, onDisk());
    await session.restart("job");
    expect(await session.unfinished()).toEqual([]);
    expect(hashesOf(environment, "job")).toEqual(await undisturbed(onDisk()));
  });

  it("changed where nothing was merged yet is refused as well, as far as it is seen", async () => {
    const environment = await cutShort(onDisk());
    await changeTensor(-1, 3);
    await expectRefusal(environment, onDisk());
  });

  it("of another config or other tensors is refused before anything is read", async () => {
    const environment = await cutShort(onDisk());
    cpSync(join(GOLDEN, "models/a_bf16"), join(folder, "x"), { recursive: true });
    const session = await open(environment, onDisk());
    await expect(session.resume("job")).rejects.toMatchObject({ code: "journal/changed-plan" });
    expect(await session.unfinished()).toHaveLength(1);
  });

  it("written to in the middle of a run stops it, though size and date are kept", async () => {
    const { atime, mtime } = statSync(weights());
    const model = onDisk();
    const environment = new MemoryEnvironment();
    const session = await open(environment, model);
    await changeTensor(3);
    utimesSync(weights(), atime, mtime);
    await expect(session.merge(IDENTITY, { ...SHARDED, run: "job" })).rejects.toMatchObject({ code: "io/unreadable" });
  });
});

describe("files dropped again after a reload", () => {
  it.each([
    ["with the same date", 1_700_000_000_000],
    ["with another date", 1_800_000_000_000],
  ])("%s and the same bytes go on", async (_, lastModified) => {
    const environment = await cutShort(dropped(1_700_000_000_000));
    const { codes, hashes } = await goOn(environment, dropped(lastModified));
    expect(codes).toEqual(["journal/comparing"]);
    expect(hashes).toEqual(await undisturbed(onDisk()));
  });

  it("with the same date and other bytes are refused", async () => {
    const environment = await cutShort(dropped(1_700_000_000_000));
    await changeTensor(0);
    await expectRefusal(environment, dropped(1_700_000_000_000));
  });
});

it("refuses to go on with a model in memory that changed", async () => {
  const environment = new MemoryEnvironment({ wrapOutput: failingAfter(3000) });
  const first = await open(environment, tinyModel(1));
  await first.merge(IDENTITY, { ...OPTIONS, shardBytes: 1, run: "job" }).catch(ignore);
  expect(await first.unfinished()).toHaveLength(1);
  environment.crash();
  const second = await open(environment, tinyModel(2));
  await expect(second.resume("job")).rejects.toMatchObject({ code: "journal/changed" });
  expect(await second.unfinished()).toHaveLength(1);
});

it("compares what earlier tries have read at each later try", async () => {
  const environment = await cutShort(dropped(1));
  environment.options = { wrapOutput: failingAfter(60_000) };
  await expect((await open(environment, dropped(1))).resume("job")).rejects.toThrow("The disk is away.");
  environment.crash();
  environment.options = {};
  await changeTensor(0);
  await expectRefusal(environment, dropped(1));
});
