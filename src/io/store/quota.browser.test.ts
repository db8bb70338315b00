import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { patterned, storageOf, watched } from "../sources.testing";
import { BlockStore } from "./blockStore";
import { cachedSource } from "./cached";

const MIB = 2 ** 20;
const FILE = { repo: "o/m", revision: "c0ffee", path: "model.safetensors" };

/** Chromium's storage buckets: a part of an origin's storage with a quota of its own, here to be filled. */
interface Bucket {
  readonly indexedDB: IDBFactory;
  estimate(): Promise<StorageEstimate>;
  persist(): Promise<boolean>;
  persisted(): Promise<boolean>;
}
interface Buckets {
  open(name: string, options: { quota: number }): Promise<Bucket>;
  delete(name: string): Promise<void>;
}
const buckets = (navigator as unknown as { storageBuckets: Buckets }).storageBuckets;

const NAME = "awase-quota-test";
let bucket: Bucket;
beforeEach(async () => {
  bucket = await buckets.open(NAME, { quota: 24 * MIB });
  vi.stubGlobal("indexedDB", bucket.indexedDB);
});
afterEach(async () => {
  vi.unstubAllGlobals();
  await buckets.delete(NAME);
});

it("is looked at before a write", async () => {
  const store = new BlockStore({ storage: bucket });
  await store.put(FILE, 0, patterned(MIB));
  await expect(store.put(FILE, MIB, patterned(30 * MIB))).rejects.toMatchObject({
    code: "storage/quota",
    facts: { needed: 30 * MIB },
    cause: undefined,
  });
});

it("is met in the write itself where the estimate promised too much; reading goes on", async () => {
  const store = new BlockStore({ storage: storageOf(10 ** 12) });
  await store.put(FILE, 0, patterned(MIB));
  await expect(store.put(FILE, MIB, patterned(30 * MIB))).rejects.toMatchObject({
    code: "storage/quota",
    facts: { needed: 30 * MIB },
    cause: { name: "QuotaExceededError" },
  });
  expect((await store.blocks(FILE)).map(({ end }) => end)).toEqual([MIB]);

  const bytes = patterned(40 * MIB);
  const notes: string[] = [];
  const source = cachedSource(watched(FILE.path, bytes), store, FILE, ({ code }) => notes.push(code));
  source.expect([{ start: 0, end: bytes.length }]);
  expect(bucket.indexedDB.cmp(await source.read(0, bytes.length), bytes)).toBe(0);
  expect(notes).toEqual(["storage/quota"]);
});
