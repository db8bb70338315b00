import { createHash } from "node:crypto";
import { expect, it } from "vitest";
import type { Bytes } from "../../base/bytes";
import { AwaseError } from "../../base/errors";
import { createXXHash64 } from "../../base/hashes";
import { MemoryTable, patterned, storageOf, watched } from "../sources.testing";
import type { ByteRange, ByteSource, UsedRange } from "../types";
import { BlockStore } from "./blockStore";
import { cachedSource } from "./cached";

const MB = 2 ** 20;
const FILE = { repo: "org/model", revision: "0123", path: "model.safetensors" };

/** A file of the Hub, wrong at some bytes until it is mended. */
function hubFile(size: number, wrongAt: readonly number[] = [], guarded = true) {
  const right = patterned(size);
  const published = createHash("sha256").update(right).digest("hex");
  const wrong = right.slice();
  for (const at of wrongAt) wrong[at] = (wrong[at] ?? 0) ^ 1;
  const sources = { right: watched("model.safetensors", right), wrong: watched("model.safetensors", wrong) };
  let serves: keyof typeof sources = "wrong";
  let hashed = 0;
  const remote: ByteSource = {
    name: "model.safetensors",
    size,
    read: (...asked) => sources[serves].read(...asked),
    published: {
      guarded,
      async verifier() {
        const hash = createHash("sha256");
        return {
          async update(bytes) {
            hash.update(bytes);
            hashed += bytes.length;
          },
          async finish() {
            if (hash.digest("hex") !== published)
              throw AwaseError.of({ code: "hub/bad-hash", message: "Wrong bytes came.", facts: {} });
          },
        };
      },
    },
  };
  return {
    right,
    remote,
    mend: () => (serves = "right"),
    hashed: () => hashed,
    fetched: (): readonly ByteRange[] => [...sources.wrong.reads, ...sources.right.reads],
  };
}

function open(remote: ByteSource, table = new MemoryTable(), quota = 10 ** 12) {
  const store = new BlockStore({ table, storage: storageOf(quota) });
  const source = cachedSource(remote, store, FILE);
  const { proof } = source;
  if (!proof) throw new Error("a published file has a proof");
  /** Reads ranges as a merge does, and says what was read. */
  async function use(...ranges: readonly ByteRange[]): Promise<readonly UsedRange[]> {
    source.expect(ranges);
    const used = ranges.map(async ({ start, end }): Promise<UsedRange> => {
      return [start, end, await digest(await source.read(start, end))];
    });
    return Promise.all(used);
  }
  return { store, source, proof, use };
}

async function digest(bytes: Bytes): Promise<string> {
  return (await createXXHash64()).init().update(bytes).digest();
}

it("hashes a file that came by range once, whichever order it came in, and never again in later sessions", async () => {
  const { remote, mend, hashed } = hubFile(40 * MB);
  mend();
  const table = new MemoryTable();
  const first = open(remote, table);
  const used = await first.use({ start: 20 * MB, end: 40 * MB }, { start: 0, end: 20 * MB });
  await first.proof.hold(used);
  await first.proof.hold(used);
  expect(hashed()).toBe(40 * MB);
  await open(remote, table).proof.hold();
  expect(hashed()).toBe(40 * MB);
});

it("refuses one wrong bit until the file is forgotten, which is then fetched anew", async () => {
  const { remote, right, mend } = hubFile(40 * MB, [30 * MB]);
  const { proof, use, source } = open(remote);
  await use({ start: 0, end: 20 * MB }, { start: 20 * MB, end: 40 * MB });
  await expect(proof.hold()).rejects.toMatchObject({ code: "hub/bad-hash" });
  mend();
  await expect(proof.hold()).rejects.toMatchObject({ code: "hub/bad-hash" });
  await proof.forget();
  const used = await use({ start: 0, end: 40 * MB });
  await proof.hold(used);
  expect(await source.read(30 * MB, 30 * MB + 9)).toEqual(right.slice(30 * MB, 30 * MB + 9));
});

it("finds wrong bytes that an earlier session kept", async () => {
  const { remote, mend } = hubFile(40 * MB, [5]);
  const table = new MemoryTable();
  await open(remote, table).use({ start: 0, end: 20 * MB });
  mend();
  const { proof, use } = open(remote, table);
  await use({ start: 0, end: 20 * MB }, { start: 20 * MB, end: 40 * MB });
  await expect(proof.hold()).rejects.toMatchObject({ code: "hub/bad-hash" });
});

it("tells bytes that were used from others that came later and are right", async () => {
  const { remote, mend } = hubFile(40 * MB, [5]);
  const { proof, use, store, source } = open(remote);
  const used = await use({ start: 0, end: 40 * MB });
  await expect(proof.hold(used)).rejects.toMatchObject({ code: "hub/bad-hash" });
  await proof.forget();
  mend();
  await source.read(0, 40 * MB);
  await proof.hold();
  await expect(proof.hold(used, true)).rejects.toMatchObject({
    code: "hub/bad-bytes",
    facts: { path: "model.safetensors", start: 0, end: 40 * MB },
  });
  await store.evict(FILE.repo, FILE.revision); // as a person does while the merge runs
  await source.read(0, 40 * MB);
  await expect(proof.hold(used)).rejects.toMatchObject({ code: "hub/bad-bytes" });
});

it("fetches the little that a merge did not read, and no more than that", async () => {
  const { remote, mend, fetched, hashed } = hubFile(80 * MB);
  mend();
  const { proof, use } = open(remote);
  await proof.hold(await use({ start: 0, end: 72 * MB }));
  expect(hashed()).toBe(80 * MB);
  expect(fetched().reduce((sum, { start, end }) => sum + end - start, 0)).toBe(80 * MB);
});

it("takes a part of a file on trust where the connection guards it", async () => {
  const { remote, fetched, hashed } = hubFile(80 * MB, [5]);
  const { proof, use } = open(remote);
  await proof.hold(await use({ start: 0, end: 16 * MB }));
  expect([hashed(), fetched()]).toEqual([0, [{ start: 0, end: 16 * MB }]]);
});

it("fetches a part of a file twice where nothing guards it", async () => {
  const { remote, fetched, mend } = hubFile(80 * MB, [5], false);
  const { proof, use } = open(remote);
  const used = await use({ start: 0, end: 16 * MB });
  await proof.hold(used);
  expect(fetched()).toHaveLength(2);
  mend();
  await expect(proof.hold(used)).rejects.toMatchObject({ code: "hub/bad-bytes" });
});

it("compares what could not be kept with what comes now", async () => {
  const { remote, mend } = hubFile(20 * MB, [5], false);
  const { proof, use } = open(remote, new MemoryTable(), MB);
  const used = await use({ start: 0, end: 10 * MB }, { start: 10 * MB, end: 20 * MB });
  await proof.hold(used);
  mend();
  await expect(proof.hold(used)).rejects.toMatchObject({ code: "hub/bad-bytes" });
});

it("lets one be stopped while another waits for the same hash", async () => {
  const { remote, mend } = hubFile(40 * MB);
  mend();
  const { proof, use } = open(remote);
  await use({ start: 0, end: 39 * MB });
  const stop = new AbortController();
  const [stopped, other] = [proof.hold([], false, stop.signal), proof.hold()];
  await Promise.all([expect(stopped).rejects.toHaveProperty("name", "AbortError"), stop.abort(), other]);
});
