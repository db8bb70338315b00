import { createStore, set } from "idb-keyval";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { patterned, watched } from "../sources.testing";
import { BlockStore } from "./blockStore";
import { type Block, indexedDbTable } from "./blockTable";
import { cachedSource } from "./cached";

const MIB = 2 ** 20;
const FILE = { repo: "o/m", revision: "c0ffee", path: "model.safetensors" };
let database = "";
let made = 0;
beforeEach(() => {
  database = `awase-blocks-test-${++made}`;
});
afterEach(() => {
  indexedDB.deleteDatabase(database);
});

const block = (repo: string, revision: string, path: string, start = 0): Block => ({
  repo,
  revision,
  path,
  start,
  end: start + 10,
  checksum: "",
  lastUsed: 1,
});

describe("the table in IndexedDB", () => {
  it("finds the blocks of all, of a model, of a commit, of a file, by start", async () => {
    const table = indexedDbTable(database);
    const blocks = [
      block("a/m", "1", "x", 200),
      block("a/m", "1", "x", 30),
      block("a/m", "1", "xy"),
      block("a/m", "12", "x"),
      block("a/mm", "1", "x"),
    ];
    for (const one of blocks) await table.put(one, new Blob([patterned(10)]));
    const found = async (...of: Parameters<typeof table.blocks>) =>
      (await table.blocks(...of)).map(({ repo, revision, path, start }) => `${repo} ${revision} ${path} ${start}`);
    expect((await found()).length).toBe(5);
    expect(await found({ repo: "a/m", revision: "1", path: "x" })).toEqual(["a/m 1 x 30", "a/m 1 x 200"]);
    expect((await found({ repo: "a/m", revision: "1" })).length).toBe(3);
    expect((await found({ repo: "a/m" })).length).toBe(4);
    expect(await found({ repo: "a/" })).toEqual([]);
  });

  it("removes entry and bytes, and updates only what is there", async () => {
    const table = indexedDbTable(database);
    const [one, two] = [block("m", "1", "x"), block("m", "1", "y")];
    await table.put(one, new Blob([patterned(10)]));
    await table.put(two, new Blob([patterned(10)]));
    await table.remove([one]);
    await table.update({ ...one, lastUsed: 5 });
    await table.update({ ...two, lastUsed: 5 });
    expect(await table.blocks()).toEqual([{ ...two, lastUsed: 5 }]);
    expect(await table.bytes(one)).toBeUndefined();
    expect((await table.bytes(two))?.size).toBe(10);
  });

  it("stores neither entry nor bytes when one of them cannot be", async () => {
    const table = indexedDbTable(database);
    const uncloneable = { size: 10, slice: () => undefined } as unknown as Blob;
    await expect(table.put(block("m", "1", "x"), uncloneable)).rejects.toMatchObject({ name: "DataCloneError" });
    expect(await table.blocks()).toEqual([]);
  });
});

describe("a cached source on IndexedDB", () => {
  const bytes = patterned(9 * MIB);
  const open = () => {
    const remote = watched(FILE.path, bytes);
    const store = new BlockStore({ database });
    return { remote, store, source: cachedSource(remote, store, FILE) };
  };

  it("fetches after a reload only what is missing", async () => {
    const first = open();
    first.source.expect([{ start: MIB, end: 6 * MIB }]);
    await first.source.read(MIB, 6 * MIB);
    const second = open();
    second.source.expect([{ start: 0, end: 9 * MIB }]);
    expect(await second.source.cachedBytes([{ start: 0, end: 9 * MIB }])).toBe(5 * MIB);
    const got = await second.source.read(0, 9 * MIB);
    expect(indexedDB.cmp(got, bytes)).toBe(0);
    expect([...second.remote.reads].sort((a, b) => a.start - b.start)).toEqual([
      { start: 0, end: MIB },
      { start: 6 * MIB, end: 9 * MIB },
    ]);
    expect(await second.store.list()).toMatchObject([{ repo: "o/m", revision: "c0ffee", bytes: 9 * MIB }]);
  });

  it("drops a block whose bytes were changed on the disk and fetches it again", async () => {
    await open().source.read(0, 10);
    const [kept] = await indexedDbTable(database).blocks();
    const { repo, revision, path, start, end } = kept ?? block("", "", "");
    const key = ["bytes", repo, revision, path, start, end];
    await set(key, new Blob([patterned(end - start, 3)]), createStore(database, "blocks"));
    const { source, remote } = open();
    expect(await source.read(0, 10)).toEqual(bytes.slice(0, 10));
    expect(remote.reads).toEqual([{ start: 0, end: 4 * MIB }]);
    const again = open();
    expect(await again.source.read(0, 10)).toEqual(bytes.slice(0, 10));
    expect(again.remote.reads).toEqual([]);
  });
});
