import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { beforeWriting } from "../engine/runs/writing.testing";
import { createSession } from "../engine/session";
import { nodeFolder } from "../io/node";
import { runCommand } from "./command.testing";
import { JOURNAL_FILE, nodeEnvironment } from "./machine/nodeEnvironment";
import { mergeCommand } from "./mergeCommand";

/* A merge is cut short as by a kill, something happens to its folder or its models, and it is taken up again. */

const GOLDEN = join(import.meta.dirname, "../../e2e/golden/merge");
const RECIPE = join(GOLDEN, "recipes/ties.yaml");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "awase-cut-"));
  cpSync(join(GOLDEN, "models"), join(folder, "models"), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const models = () => join(folder, "models");
const crashed = () => join(folder, "crashed");

async function merge(out: string, options: readonly string[] = [], onText: () => void = () => undefined) {
  const args = [RECIPE, "--out", out, "--device", "cpu", ...options];
  return runCommand(mergeCommand, args, { cwd: models(), cache: join(folder, "cache"), onText });
}

function hashes(path: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(path)
      .sort()
      .map((name) => [
        name,
        createHash("sha256")
          .update(readFileSync(join(path, name)))
          .digest("hex"),
      ]),
  );
}

/** The same merge without the command, with something that happens once most bytes are written. */
async function mergeBySession(out: string, shardBytes: number, happens: () => Promise<void>): Promise<void> {
  const output = { folder: out, overwrite: false };
  const environment = nodeEnvironment({ output, device: "cpu", cache: join(folder, "cache/awase") });
  const watched = beforeWriting(async (written) => {
    if (written > 120_000) await happens();
  });
  const session = createSession({
    ...environment,
    async place(id) {
      const place = await environment.place(id);
      return { ...place, output: { ...place.output, ...watched(place.output) } };
    },
  });
  try {
    await session.start({ hubUrl: "http://hub.test", samplesUrl: "", device: "cpu" });
    for (const name of ["a", "b", "base"]) await session.place(name, nodeFolder(join(models(), name)));
    const request = { run: "job", seed: 0, name: "crashed", shardBytes, allowNonFinite: false };
    await session.merge(readFileSync(RECIPE, "utf8"), request);
  } finally {
    session.close();
  }
}

/** What the merge gives when nothing happens to it; and the folder `crashed` as a kill in the middle of it would leave it. */
async function cutShort(options: readonly string[] = [], shardBytes = 5e9): Promise<Record<string, string>> {
  const out = join(folder, "whole");
  expect(await merge(out, options)).toMatchObject({ code: 0 });
  await mergeBySession(crashed(), shardBytes, async () => {
    throw new Error("Killed.");
  }).then(
    () => expect.unreachable(),
    (error: unknown) => expect(error).toMatchObject({ message: "Killed." }),
  );
  return hashes(out);
}

/** The folder's name stands in the card alone. */
function withoutCard({ "README.md": _, ...others }: Record<string, string>): Record<string, string> {
  return others;
}

async function expectGoingOn(whole: Record<string, string>, options: readonly string[] = []): Promise<string> {
  const { code, stderr } = await merge(crashed(), options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringMatching(/Going on: [1-9]\d* of 39 tensors/) });
  expect(withoutCard(hashes(crashed()))).toEqual(withoutCard(whole));
  return stderr;
}

const SHARDED = [["--shard-size", "40K"], 40_000] as const;

describe("goes on", () => {
  it("and leaves nothing of killed writers and their locks in the finished folder", async () => {
    const whole = await cutShort(...SHARDED);
    writeFileSync(join(crashed(), ".awase-lock"), `999999999 17 ${hostname()}`);
    writeFileSync(join(crashed(), `${JOURNAL_FILE}.999999999-3`), "{");
    writeFileSync(join(crashed(), `${JOURNAL_FILE}.${process.ppid}-3`), "{");
    writeFileSync(join(crashed(), "config.json.part"), "{");
    await expectGoingOn(whole, SHARDED[0]);
  });

  it.each([0, 100, 30_000])("from what is there of a part that was cut to %i bytes", async (bytes) => {
    const whole = await cutShort();
    truncateSync(join(crashed(), "model.safetensors.part"), bytes);
    expect(await expectGoingOn(whole)).toMatch(
      /[1-9]\d* of 39 tensors were written to model\.safetensors and are no longer there/,
    );
  });

  it("without a part that was taken away", async () => {
    const whole = await cutShort();
    rmSync(join(crashed(), "model.safetensors.part"));
    expect(await expectGoingOn(whole)).toContain("They are made again.");
  });

  it("without a finished file that was taken away", async () => {
    const whole = await cutShort(...SHARDED);
    rmSync(join(crashed(), "model-00001-of-00006.safetensors"));
    expect(await expectGoingOn(whole, SHARDED[0])).toContain("were written to model-00001-of-00006.safetensors");
  });

  it("with a model that was only touched, once its bytes were compared", async () => {
    const whole = await cutShort();
    utimesSync(join(models(), "a/model.safetensors"), new Date(), new Date());
    expect(await expectGoingOn(whole)).toContain("Comparing what was merged so far");
  });
});

describe("starts from the beginning", () => {
  it("where the whole folder is gone", async () => {
    const whole = await cutShort();
    rmSync(crashed(), { recursive: true });
    expect((await merge(crashed())).code).toBe(0);
    expect(withoutCard(hashes(crashed()))).toEqual(withoutCard(whole));
  });

  it("with --overwrite, and leaves nothing of what was there", async () => {
    const whole = await cutShort();
    for (const name of ["tokenizer.json.part", "README.md.part"]) writeFileSync(join(crashed(), name), "half");
    expect((await merge(crashed(), ["--overwrite"])).code).toBe(0);
    expect(withoutCard(hashes(crashed()))).toEqual(withoutCard(whole));
  });
});

describe("is refused with a way on", () => {
  it("where a model was replaced by one of the same size and date", async () => {
    await cutShort();
    const path = join(models(), "a/model.safetensors");
    const { atime, mtime } = statSync(path);
    cpSync(join(models(), "b/model.safetensors"), path);
    utimesSync(path, atime, mtime);
    const before = hashes(crashed());
    const { code, stderr } = await merge(crashed());
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(/journal\/changed: .*model\.safetensors of a .*another than at the start/),
    });
    expect(hashes(crashed())).toEqual(before);
    expect(stderr).toContain("--overwrite");
    expect((await merge(crashed(), ["--overwrite"])).code).toBe(0);
  });

  it.each([
    ["damaged", "{"],
    ["empty", ""],
    ["another program's", '{"job": {"state": "ready"}}'],
    ["a later version's", '{"job": {"version": 99, "id": "job"}}'],
    ["no object", "[]"],
  ])("where the journal is %s", async (_, text) => {
    await cutShort();
    writeFileSync(join(crashed(), JOURNAL_FILE), text);
    const { code, stderr } = await merge(crashed());
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringMatching(/^journal\/foreign: .*--overwrite/m) });
    expect(readFileSync(join(crashed(), JOURNAL_FILE), "utf8")).toBe(text);
    expect((await merge(crashed(), ["--overwrite"])).code).toBe(0);
    expect(readdirSync(crashed()).filter((name) => name.startsWith(".") || name.endsWith(".part"))).toEqual([]);
  });

  it("where the folder vanishes in the middle of a merge", async () => {
    const out = join(folder, "vanishing");
    mkdirSync(out);
    const merging = mergeBySession(out, 5e9, async () => rmSync(out, { recursive: true, force: true }));
    await expect(merging).rejects.toMatchObject({ code: "io/folder-gone" });
    expect((await merge(out)).code).toBe(0);
    expect(existsSync(join(out, "config.json"))).toBe(true);
  });
});

it("removes what killed processes left in the cache", async () => {
  const blocks = join(folder, "cache/awase/blocks/x");
  mkdirSync(blocks, { recursive: true });
  writeFileSync(join(blocks, "0-9.bin.999999999-4"), "half");
  writeFileSync(join(blocks, `0-9.bin.${process.pid}-4`), "being written");
  writeFileSync(join(folder, "cache/awase/rates.json.999999999-4"), "{");
  expect((await merge(join(folder, "out"))).code).toBe(0);
  expect(readdirSync(blocks)).toEqual([`0-9.bin.${process.pid}-4`]);
  expect(readdirSync(join(folder, "cache/awase")).filter((name) => name.includes("999999999"))).toEqual([]);
});
