import { afterAll, describe, expect, it } from "vitest";
import { cdp } from "vitest/browser";
import { BlockStore } from "./blockStore";
import { cachedSource } from "./cached";
import { patterned, watched } from "./testing";

const MIB = 2 ** 20;
const FILE = { repo: "o/m", revision: "c0ffee", path: "model.safetensors" };

describe("a browser whose storage is full", () => {
  const quota = (bytes?: number) =>
    cdp().send("Storage.overrideQuotaForOrigin", {
      origin: location.origin,
      ...(bytes === undefined ? {} : { quotaSize: bytes }),
    });
  afterAll(async () => {
    await quota();
    indexedDB.deleteDatabase("awase-quota-test");
  });

  // Chromium reports room for privacy's sake that is not there: only the write tells.
  it("gives a coded error, keeps what was kept, and reading goes on", async () => {
    const { usage = 0 } = await navigator.storage.estimate();
    await quota(usage + 8 * MIB);
    const store = new BlockStore({ database: "awase-quota-test" });
    await store.put(FILE, 0, patterned(MIB));
    await expect(store.put(FILE, MIB, patterned(30 * MIB))).rejects.toMatchObject({
      code: "storage/quota",
      facts: { needed: 30 * MIB },
      cause: { name: "QuotaExceededError" },
    });
    expect((await store.blocks(FILE)).map(({ end }) => end)).toEqual([MIB]);

    const bytes = patterned(30 * MIB);
    const notes: string[] = [];
    const source = cachedSource(watched(FILE.path, bytes), store, FILE, ({ code }) => notes.push(code));
    source.expect([{ start: 0, end: bytes.length }]);
    expect(indexedDB.cmp(await source.read(0, bytes.length), bytes)).toBe(0);
    expect(notes).toEqual(["storage/quota"]);
  });
});
