import { expect, it } from "vitest";
import { planShards } from "../../formats/safetensorsWriter";
import { MemoryEnvironment } from "../machine/memoryEnvironment";
import { filesOf, OPTIONS, sha256 } from "../session.testing";
import { chunksOf, writeFile } from "./fileCopy";
import { JOURNAL_VERSION, openJournal, type RunRecord } from "./journal";
import { WeightWriter } from "./output";

const TENSORS = ["a", "b", "c", "d"].map((name) => ({ name, dtype: "F32" as const, shape: [8] }));
/** Two tensors a file. */
const SHARDS = planShards(TENSORS, 64);
const bytesOf = (tensor: number) => new Uint8Array(32).fill(tensor + 1);

const RECORD: RunRecord = {
  version: JOURNAL_VERSION,
  id: "job",
  recipe: "",
  options: OPTIONS,
  fingerprint: "",
  inputs: [],
  tensors: TENSORS.length,
  finished: [],
  digests: {},
  paths: [],
  files: [],
  nonFinite: [],
  started: 0,
  seconds: 0,
};

/** A writer on whatever the environment's journal knows; entries are made after every tensor. */
async function openWriter(
  environment: MemoryEnvironment,
  shards = SHARDS,
  newHasher = environment.hasher,
  noteEveryMs = 0,
) {
  const record = (await environment.records("journal").get("job")) ?? RECORD;
  const journal = await openJournal(environment.records("journal"), record);
  const place = await environment.place("job");
  return WeightWriter.open({ shards, place, journal, newHasher, noteEveryMs });
}

async function write(writer: WeightWriter, tensor: number) {
  await writer.write(tensor, bytesOf(tensor).slice(0, 16), 0);
  await writer.write(tensor, bytesOf(tensor).slice(16), 16);
  await writer.finish(tensor);
}

const whole = new Map(
  SHARDS.map(({ file, header }, index) => [
    file,
    new Uint8Array([...header, ...bytesOf(2 * index), ...bytesOf(2 * index + 1)]),
  ]),
);

it("writes, hashes and journals each file when its last tensor is finished", async () => {
  const environment = new MemoryEnvironment();
  const writer = await openWriter(environment);
  for (const tensor of [0, 1]) await write(writer, tensor);
  expect([...filesOf(environment, "job").keys()]).toEqual(["model-00001-of-00002.safetensors"]);
  for (const tensor of [2, 3]) await write(writer, tensor);
  await writer.complete();
  expect(filesOf(environment, "job")).toEqual(whole);
  expect((await environment.records("journal").get("job"))?.files).toEqual(
    [...whole].map(([path, bytes]) => ({ path, size: bytes.length, sha256: sha256(bytes) })),
  );
});

it("counts the tensors of a closed file as done, though no entry was due since", async () => {
  const environment = new MemoryEnvironment();
  const writer = await openWriter(environment, SHARDS, environment.hasher, Number.POSITIVE_INFINITY);
  for (const tensor of [0, 1, 2]) await write(writer, tensor);
  expect((await environment.records("journal").get("job"))?.finished).toEqual([0, 1]);
});

it.each([0, 1, 2, 3, 4])("goes on after a crash behind tensor %i", async (count) => {
  const environment = new MemoryEnvironment();
  const first = await openWriter(environment);
  for (let tensor = 0; tensor < count; tensor += 1) await write(first, tensor);
  if (count < 4) await first.write(count, bytesOf(9).slice(0, 8), 0); // and half of the next one

  const second = await openWriter(environment);
  expect([...second.finished].sort()).toEqual([0, 1, 2, 3].slice(0, count));
  for (let tensor = count; tensor < 4; tensor += 1) await write(second, tensor);
  await second.complete();
  expect(filesOf(environment, "job")).toEqual(whole);
  expect((await environment.records("journal").get("job"))?.files.map((file) => file.sha256)).toEqual(
    [...whole.values()].map(sha256),
  );
});

it("takes away the staged copy of a file that was delivered right before a crash", async () => {
  const environment = new MemoryEnvironment();
  const records = environment.records("journal");
  const [staging, picked] = [await environment.place("job"), await environment.place("picked")];
  const open = async (dropStaged: (path: string) => Promise<void>) => {
    const copy = async (path: string) => {
      const source = await staging.folder.open(path);
      await writeFile(picked.output, path, source.size, chunksOf(source));
    };
    const place = { ...staging, delivery: { target: picked.folder, copy, dropStaged, takeBack: dropStaged } };
    const journal = await openJournal(records, (await records.get("job")) ?? RECORD);
    return WeightWriter.open({ shards: SHARDS, place, journal, newHasher: environment.hasher });
  };
  const first = await open(async () => {
    throw new Error("Killed.");
  });
  await write(first, 0);
  await expect(write(first, 1)).rejects.toThrow("Killed.");
  expect(filesOf(environment, "job").size).toBe(1);

  const second = await open((path) => staging.output.remove(path));
  expect([...second.finished].sort()).toEqual([0, 1]);
  expect(filesOf(environment, "job").size).toBe(0);
  for (const tensor of [2, 3]) await write(second, tensor);
  await second.complete();
  expect(filesOf(environment, "picked")).toEqual(whole);
  expect(filesOf(environment, "job").size).toBe(0);
});

it("takes a file that was closed, though the journal does not know", async () => {
  const environment = new MemoryEnvironment();
  const first = await openWriter(environment);
  await write(first, 0);
  const before = await environment.records("journal").get("job");
  await write(first, 1);
  if (before) await environment.records("journal").put("job", before); // the crash came before this entry

  const second = await openWriter(environment);
  expect([...second.finished].sort()).toEqual([0, 1]);
  for (const tensor of [2, 3]) await write(second, tensor);
  await second.complete();
  expect(filesOf(environment, "job")).toEqual(whole);
});

it("closes a file whose tensors were all finished, but which was not closed", async () => {
  const environment = new MemoryEnvironment();
  const first = await openWriter(environment);
  await write(first, 0);
  await first.write(1, bytesOf(1), 0);
  await environment.records("journal").put("job", { ...RECORD, finished: [0, 1] });

  const second = await openWriter(environment);
  for (const tensor of [2, 3]) await write(second, tensor);
  await second.complete();
  expect(filesOf(environment, "job")).toEqual(whole);
});

it("hashes right when tensors do not lie in the file in the order they come", async () => {
  // In a file F32 lies before BF16, whichever comes first.
  const mixed = planShards(
    [
      { name: "a", dtype: "BF16", shape: [16] },
      { name: "b", dtype: "F32", shape: [8] },
    ],
    0,
  );
  const environment = new MemoryEnvironment();
  const writer = await openWriter(environment, mixed);
  for (const tensor of [0, 1]) await write(writer, tensor);
  const [[path, bytes] = ["", new Uint8Array()]] = filesOf(environment, "job");
  expect(bytes.slice(-32)).toEqual(bytesOf(0));
  expect((await environment.records("journal").get("job"))?.files).toEqual([
    { path, size: bytes.length, sha256: sha256(bytes) },
  ]);
});

it("hashes right when a tensor is written again from its start", async () => {
  const environment = new MemoryEnvironment();
  const writer = await openWriter(environment);
  await writer.write(0, bytesOf(9).slice(0, 16), 0);
  for (const tensor of [0, 1]) await write(writer, tensor);
  expect((await environment.records("journal").get("job"))?.files).toMatchObject([
    { sha256: sha256([...whole.values()][0] ?? new Uint8Array()) },
  ]);
});

it.each(["update", "digest"] as const)("hashes right when the hasher dies at an %s", async (step) => {
  const environment = new MemoryEnvironment();
  let made = 0;
  const newHasher = async () => {
    const hasher = await environment.hasher();
    if (made++ > 0) return hasher;
    return {
      ...hasher,
      [step]: async () => {
        throw new Error("The thread died.");
      },
    };
  };
  const writer = await openWriter(environment, SHARDS, newHasher);
  for (const tensor of [0, 1]) await write(writer, tensor);
  expect((await environment.records("journal").get("job"))?.files).toMatchObject([
    { sha256: sha256([...whole.values()][0] ?? new Uint8Array()) },
  ]);
});

it("writes a model without tensors as a file with a header alone", async () => {
  const environment = new MemoryEnvironment();
  const writer = await openWriter(environment, planShards([], 0));
  await writer.complete();
  expect([...filesOf(environment, "job").keys()]).toEqual(["model.safetensors"]);
});

it("leaves nothing when it is aborted", async () => {
  const environment = new MemoryEnvironment();
  const writer = await openWriter(environment);
  await writer.write(0, bytesOf(0), 0);
  await writer.abort();
  expect(filesOf(environment, "job").size).toBe(0);
  const resumed = await (await environment.place("job")).output.create(SHARDS[0]?.file ?? "", {
    size: 1,
    resume: true,
  });
  await expect(resumed.close()).rejects.toMatchObject({ code: "io/incomplete" });
});
