import { describe, expect, it } from "vitest";
import { MemoryTable, patterned, storageOf } from "../sources.testing";
import { BlockStore } from "./blockStore";
import type { Block } from "./blockTable";

const MIB = 2 ** 20;
const file = (repo: string, path = "model.safetensors", revision = "c0ffee") => ({ repo, revision, path });

/** A store on a table; a second one on the same table is the page after a reload. */
function open(table = new MemoryTable(), quota = 10 ** 12, usage?: () => number) {
  let clock = 0;
  const store = new BlockStore({
    table,
    storage: storageOf(quota, usage ?? (() => [...table.blobs.values()].reduce((sum, { size }) => sum + size, 0))),
    now: () => ++clock,
  });
  return { store, table };
}

describe("keeping blocks", () => {
  it("gives back any part of a block, also after a reload", async () => {
    const { store, table } = open();
    const bytes = patterned(5000);
    const block = await store.put(file("o/m"), 100, bytes);
    expect(block).toMatchObject({ repo: "o/m", revision: "c0ffee", path: "model.safetensors", start: 100, end: 5100 });
    const again = open(table).store;
    const [found] = await again.blocks(file("o/m"));
    expect(found).toEqual(block);
    for (const side of [store, again]) {
      expect(await side.read(block, { start: 100, end: 5100 })).toEqual(bytes);
      expect(await side.read(block, { start: 117, end: 4000 })).toEqual(bytes.slice(17, 3900));
      const parts = await Promise.all([0, 1, 2].map((i) => side.read(block, { start: 100 + i, end: 110 + i })));
      expect(parts).toEqual([0, 1, 2].map((i) => bytes.slice(i, 10 + i)));
    }
  });

  it("reads a checked block in slices once it has left memory", async () => {
    const { store, table } = open();
    const block = await store.put(file("o/m"), 0, patterned(1000));
    const again = open(table).store;
    expect(await again.read(block, { start: 0, end: 10 })).toEqual(patterned(10));
    again.recent.delete([...table.entries.keys()][0] ?? "");
    table.blobs.set([...table.blobs.keys()][0] ?? "", sliceOnly(new Blob([patterned(1000)])));
    expect(await again.read(block, { start: 5, end: 10 })).toEqual(patterned(10).slice(5));
  });

  it("refuses a block over 32 MiB", async () => {
    const { store } = open();
    await expect(store.put(file("o/m"), 0, new Uint8Array(32 * MIB + 1))).rejects.toMatchObject({
      code: "storage/block-size",
      facts: { bytes: 32 * MIB + 1, limit: 32 * MIB },
    });
  });

  it.each<[string, (key: string, table: MemoryTable) => void]>([
    ["a changed byte", (key, table) => table.blobs.set(key, new Blob([patterned(1000).fill(1, 500, 501)]))],
    ["too few bytes", (key, table) => table.blobs.set(key, new Blob([patterned(999)]))],
    ["bytes that are gone", (key, table) => table.blobs.delete(key)],
    ["bytes that cannot be read", (key, table) => table.blobs.set(key, unreadable())],
  ])("drops a block with %s", async (_, damage) => {
    const { store, table } = open();
    const block = await store.put(file("o/m"), 0, patterned(1000));
    damage([...table.blobs.keys()][0] ?? "", table);
    const again = open(table).store;
    expect(await again.read(block, { start: 0, end: 10 })).toBeUndefined();
    expect(await again.blocks(file("o/m"))).toEqual([]);
    expect(table.blobs.size).toBe(0);
  });
});

/** A blob whose whole may not be read. */
function sliceOnly(blob: Blob): Blob {
  blob.arrayBuffer = () => Promise.reject(new Error("the whole block was read"));
  return blob;
}

function unreadable(): Blob {
  const blob = new Blob([patterned(1000)]);
  blob.arrayBuffer = () => Promise.reject(new DOMException("lost", "NotReadableError"));
  return blob;
}

/** Three models of 40 MiB, used in the order b, c, a; then the page is opened anew. */
async function threeModels(quota = 10 ** 12, usage?: () => number) {
  const { store, table } = open();
  for (const repo of ["b", "c", "a"]) {
    await store.put(file(repo), 0, new Uint8Array(30 * MIB));
    await store.put(file(repo, "other"), 0, new Uint8Array(10 * MIB));
  }
  const kept = async () => (await store.list()).map(({ repo }) => repo);
  return { ...open(table, quota, usage), kept };
}

describe("making room", () => {
  it("lists models by last use with their bytes, and evicts one", async () => {
    const { store, kept } = await threeModels();
    await store.put(file("b", "x", "beef"), 0, patterned(7));
    expect((await store.list()).map(({ repo, revision, bytes }) => [repo, revision, bytes])).toEqual([
      ["b", "beef", 7],
      ["b", "c0ffee", 40 * MIB],
      ["c", "c0ffee", 40 * MIB],
      ["a", "c0ffee", 40 * MIB],
    ]);
    expect(await store.evict("c", "c0ffee")).toBe(40 * MIB);
    expect(await store.evict("c", "c0ffee")).toBe(0);
    expect(await kept()).toEqual(["b", "b", "a"]);
  });

  it("counts reading as use", async () => {
    const { table } = await threeModels();
    const reader = new BlockStore({ table, storage: storageOf(10 ** 12), now: () => 100 });
    const [block] = await reader.blocks(file("b"));
    await reader.read(block as Block, { start: 0, end: 1 });
    expect((await reader.list()).map(({ repo }) => repo)).toEqual(["c", "a", "b"]);
  });

  it("frees the models used least lately, not more than needed, none if all were too few", async () => {
    const { store, kept } = await threeModels();
    expect(await store.free(41 * MIB)).toBe(80 * MIB);
    expect(await kept()).toEqual(["a"]);
    expect(await store.free(41 * MIB)).toBe(0);
    expect(await kept()).toEqual(["a"]);
  });

  it("looks at the quota before it writes, and spares what this page uses", async () => {
    const { store, kept } = await threeModels(140 * MIB);
    await store.blocks(file("b")); // the oldest, but in use now
    await store.put(file("new"), 0, new Uint8Array(30 * MIB));
    expect(await kept()).toEqual(["new", "b", "a"]);
  });

  it("says both numbers when there is no room to be made, and throws nothing out", async () => {
    const { store, kept } = await threeModels(130 * MIB);
    for (const repo of ["a", "b", "c"]) await store.blocks(file(repo));
    await expect(store.put(file("new"), 0, new Uint8Array(30 * MIB))).rejects.toMatchObject({
      code: "storage/quota",
      facts: { name: "new/model.safetensors", needed: 30 * MIB, free: 0 },
    });
    expect((await kept()).length).toBe(3);
  });

  it("makes room once when a write fails though the estimate was fine", async () => {
    const { store, table, kept } = await threeModels(10 ** 12, () => 0);
    failPuts(table, 1);
    await store.put(file("new"), 0, new Uint8Array(50));
    expect(await kept()).toEqual(["new", "c", "a"]);
  });

  it.each([
    ["nothing can be removed", 1, true],
    ["the second write fails too", 2, false],
  ])("gives up when %s", async (_, failures, inUse) => {
    const { store, table } = await threeModels(1000 * MIB, () => 900 * MIB);
    if (inUse) for (const repo of ["a", "b", "c"]) await store.blocks(file(repo));
    failPuts(table, failures);
    await expect(store.put(file("new"), 0, new Uint8Array(50))).rejects.toMatchObject({
      code: "storage/quota",
      facts: { needed: 50, free: 100 * MIB },
      cause: { name: "QuotaExceededError" },
    });
  });

  it("passes other failures on as they are", async () => {
    const { store, table } = await threeModels();
    table.put = () => Promise.reject(new DOMException("closing", "InvalidStateError"));
    await expect(store.put(file("new"), 0, new Uint8Array(50))).rejects.toMatchObject({ name: "InvalidStateError" });
  });

  it("writes where the browser gives no estimate", async () => {
    const store = new BlockStore({
      table: new MemoryTable(),
      storage: { ...storageOf(0), estimate: async () => ({}) },
    });
    expect((await store.put(file("o/m"), 0, patterned(10))).end).toBe(10);
    expect(await store.space()).toEqual({ usage: 0, quota: 0, persisted: false });
    expect(await store.persist()).toBe(true);
  });
});

/** Makes the next writes fail as a browser's do. */
function failPuts(table: MemoryTable, failures: number): void {
  let left = failures;
  const put = table.put.bind(table);
  table.put = (block, bytes) => {
    left -= 1;
    return left >= 0 ? Promise.reject(new DOMException("full", "QuotaExceededError")) : put(block, bytes);
  };
}
