import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemoryTable, patterned, storageOf, watched } from "../sources.testing";
import type { ByteRange, ByteSource } from "../types";
import { BlockStore } from "./blockStore";
import { type CacheNote, cachedSource } from "./cached";
import { joinRanges, totalBytes } from "./ranges";

const MIB = 2 ** 20;
const FILE = { repo: "o/m", revision: "c0ffee", path: "model.safetensors" };
const SIZE = 40 * MIB + 123;
const BYTES = patterned(SIZE);

/** The file on the Hub and the cached source over it; called again with the same table: the page after a reload. */
function open({ table = new MemoryTable(), bytes = BYTES, quota = 10 ** 12 } = {}) {
  const notes: CacheNote[] = [];
  const remote = watched(FILE.path, bytes);
  const store = new BlockStore({ table, storage: storageOf(quota) });
  const source = cachedSource(remote, store, FILE, (note) => notes.push(note));
  return { source, remote, table, store, notes };
}

/** Compared whole: matchers that print differences are slow on megabytes. */
const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;

describe("without being told what to expect", () => {
  it("fetches the cells of a 4 MiB grid, once, and knows them after a reload", async () => {
    const { source, remote, table } = open();
    expect(same(await source.read(5 * MIB, 6 * MIB), BYTES.subarray(5 * MIB, 6 * MIB))).toBe(true);
    await source.read(4 * MIB, 8 * MIB);
    expect(remote.reads).toEqual([{ start: 4 * MIB, end: 8 * MIB }]);
    const reloaded = open({ table });
    expect(same(await reloaded.source.read(7 * MIB, 9 * MIB), BYTES.subarray(7 * MIB, 9 * MIB))).toBe(true);
    expect(reloaded.remote.reads).toEqual([{ start: 8 * MIB, end: 12 * MIB }]);
    await reloaded.source.read(SIZE - 1, SIZE);
    expect(reloaded.remote.reads.at(-1)).toEqual({ start: 40 * MIB, end: SIZE });
  });

  it("shares one fetch among reads of one cell", async () => {
    const { source, remote } = open();
    await Promise.all([source.read(0, 10), source.read(5, 100), source.read(MIB, 2 * MIB)]);
    expect(remote.reads).toEqual([{ start: 0, end: 4 * MIB }]);
  });
});

describe("told what to expect", () => {
  it("fetches that and nothing else, joined, in segments of at most 16 MiB", async () => {
    const { source, remote } = open();
    const expected = [
      { start: 20 * MIB, end: 21 * MIB },
      { start: 1000, end: 10 * MIB },
      { start: 10 * MIB, end: 20 * MIB },
      { start: 30 * MIB, end: 30 * MIB + 5 },
    ];
    source.expect(expected);
    for (const { start, end } of expected) {
      expect(same(await source.read(start, end), BYTES.subarray(start, end))).toBe(true);
    }
    expect([...remote.reads].sort((a, b) => a.start - b.start)).toEqual([
      { start: 1000, end: 1000 + 16 * MIB },
      { start: 1000 + 16 * MIB, end: 21 * MIB },
      { start: 30 * MIB, end: 30 * MIB + 5 },
    ]);
  });

  it("fetches only what an earlier run did not", async () => {
    const first = open();
    first.source.expect([{ start: 3 * MIB, end: 5 * MIB }]);
    await first.source.read(3 * MIB, 5 * MIB);
    const { source, remote } = open({ table: first.table });
    const expected = [{ start: MIB, end: 7 * MIB }];
    expect(await source.cachedBytes(expected)).toBe(2 * MIB);
    source.expect(expected);
    expect(same(await source.read(MIB, 7 * MIB), BYTES.subarray(MIB, 7 * MIB))).toBe(true);
    expect([...remote.reads].sort((a, b) => a.start - b.start)).toEqual([
      { start: MIB, end: 3 * MIB },
      { start: 5 * MIB, end: 7 * MIB },
    ]);
    expect(await source.cachedBytes([...expected, { start: 6 * MIB, end: 8 * MIB }])).toBe(6 * MIB);
  });
});

describe("whatever is read, in whatever order", () => {
  const bytes = patterned(10 * MIB, 1);
  const range = fc.tuple(fc.nat(bytes.length), fc.nat(2 * MIB)).map(([start, length]) => ({
    start,
    end: Math.min(start + length, bytes.length),
  }));

  it("is the file's own bytes, each fetched once in a session without expectations", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(range, { maxLength: 4 }), { maxLength: 4 }), async (sessions) => {
        const table = new MemoryTable();
        const fetched: ByteRange[] = [];
        for (const reads of sessions) {
          const { source, remote } = open({ table, bytes });
          const got = await Promise.all(reads.map(({ start, end }) => source.read(start, end)));
          reads.forEach(({ start, end }, i) => {
            expect(same(got[i] ?? new Uint8Array(), bytes.subarray(start, end))).toBe(true);
          });
          expect(await source.cachedBytes(reads)).toBe(await open({ table, bytes }).source.cachedBytes(reads));
          fetched.push(...remote.reads);
        }
        expect(totalBytes(fetched)).toBe(new Set(fetched.map(({ start }) => start)).size * 4 * MIB - overhang(fetched));
      }),
      { numRuns: 25 },
    );
  });

  it("is so with other expectations each time", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(range, { maxLength: 4 }), { maxLength: 4 }), async (sessions) => {
        const table = new MemoryTable();
        for (const reads of sessions) {
          const { source, remote } = open({ table, bytes });
          source.expect(reads);
          const missing = totalBytes(joinRanges(reads)) - (await source.cachedBytes(reads));
          for (const { start, end } of reads) {
            expect(same(await source.read(start, end), bytes.subarray(start, end))).toBe(true);
          }
          expect(totalBytes(remote.reads)).toBe(missing);
        }
      }),
      { numRuns: 25 },
    );
  });

  /** The last cell of the grid is shorter. */
  const overhang = (fetched: readonly ByteRange[]) =>
    fetched.some(({ end }) => end === bytes.length) ? 4 * MIB - (bytes.length % (4 * MIB)) : 0;
});

describe("when something is wrong", () => {
  it("fetches a damaged block again", async () => {
    const first = open();
    await first.source.read(0, 8 * MIB);
    const [key] = first.table.blobs.keys();
    first.table.blobs.set(key ?? "", new Blob([patterned(4 * MIB, 9)]));
    const { source, remote, table } = open({ table: first.table });
    expect(same(await source.read(10, 8 * MIB), BYTES.subarray(10, 8 * MIB))).toBe(true);
    expect(remote.reads).toEqual([{ start: 0, end: 4 * MIB }]);
    expect(same(await open({ table }).source.read(0, MIB), BYTES.subarray(0, MIB))).toBe(true);
  });

  it("fetches again what was evicted meanwhile", async () => {
    const { source, remote, store } = open();
    await source.read(0, 10);
    await store.evict(FILE.repo, FILE.revision);
    expect(await source.cachedBytes([{ start: 0, end: 10 }])).toBe(0);
    expect(same(await source.read(0, 10), BYTES.subarray(0, 10))).toBe(true);
    expect(remote.reads.length).toBe(2);
  });

  it("goes on without keeping when there is no room, and says so once", async () => {
    const { source, remote, notes, table } = open({ quota: 18 * MIB });
    source.expect([{ start: 0, end: 30 * MIB }]);
    for (const at of [0, MIB, 16 * MIB, 17 * MIB]) {
      expect(same(await source.read(at, at + 100), BYTES.subarray(at, at + 100))).toBe(true);
    }
    expect(remote.reads.length).toBe(2); // small reads of one segment still share its fetch
    expect(notes.map(({ code, facts }) => [code, facts.needed, facts.free])).toEqual([
      ["storage/quota", 16 * MIB, 2 * MIB],
    ]);
    expect(table.entries.size).toBe(0);
  });

  it("goes on when the database cannot be used", async () => {
    const table = new MemoryTable();
    table.blocks = () => Promise.reject(new DOMException("private window", "InvalidStateError"));
    table.put = () => Promise.reject(new DOMException("private window", "InvalidStateError"));
    const { source, notes } = open({ table });
    expect(same(await source.read(0, 10), BYTES.subarray(0, 10))).toBe(true);
    expect(notes.map(({ code }) => code)).toEqual(["storage/unavailable"]);
    expect(await source.cachedBytes([{ start: 0, end: 10 }])).toBe(0);
  });

  it("passes failures of the remote on, and asks again next time", async () => {
    const remote = flaky(1);
    const source = cachedSource(remote, open().store, FILE);
    await expect(source.read(0, 10)).rejects.toThrow("reset");
    expect(same(await source.read(0, 10), BYTES.subarray(0, 10))).toBe(true);
  });

  it("tells a remote that gives too little", async () => {
    const remote: ByteSource = { name: "r", size: SIZE, read: async () => new Uint8Array(3) };
    const { store, table } = open();
    await expect(cachedSource(remote, store, FILE).read(0, 10)).rejects.toMatchObject({ code: "io/short-read" });
    expect(table.entries.size).toBe(0);
  });

  it("lets one reader go without taking the fetch from another", async () => {
    const { source, remote } = open();
    const controller = new AbortController();
    const leaving = source.read(0, 10, controller.signal);
    const staying = source.read(0, 10);
    controller.abort();
    await expect(leaving).rejects.toMatchObject({ name: "AbortError" });
    expect(same(await staying, BYTES.subarray(0, 10))).toBe(true);
    expect(remote.reads.length).toBe(1);
    await expect(source.read(0, 10, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
  });

  it("refuses ranges outside the file", async () => {
    await expect(open().source.read(0, SIZE + 1)).rejects.toMatchObject({ code: "io/range" });
  });
});

/** A remote whose first reads fail. */
function flaky(failures: number): ByteSource {
  const inner = watched(FILE.path, BYTES);
  let left = failures;
  return {
    name: inner.name,
    size: inner.size,
    read(start, end, signal) {
      left -= 1;
      return left >= 0 ? Promise.reject(new Error("reset")) : inner.read(start, end, signal);
    },
  };
}
