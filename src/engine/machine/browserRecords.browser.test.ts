import { afterEach, expect, it, vi } from "vitest";
import { browserRecords } from "./browserRecords";

/** Chromium's storage buckets: a part of an origin's storage with a quota of its own, here to be filled. */
interface Buckets {
  open(name: string, options: { quota: number }): Promise<{ readonly indexedDB: IDBFactory }>;
  delete(name: string): Promise<void>;
}
const buckets = (navigator as unknown as { storageBuckets: Buckets }).storageBuckets;

const NAME = "awase-records-test";
afterEach(async () => {
  vi.unstubAllGlobals();
  await buckets.delete(NAME);
});

it("keeps the kinds of a database apart, and says when there is no room", async () => {
  const { indexedDB } = await buckets.open(NAME, { quota: 2 ** 20 });
  vi.stubGlobal("indexedDB", indexedDB);
  const [journal, results] = [browserRecords<string>("journal"), browserRecords<string>("result")];
  await journal.put("a", "one");
  await results.put("a", "two");
  const long = "x".repeat(2 ** 22);
  await expect(journal.put("b", long)).rejects.toMatchObject({
    code: "storage/quota",
    facts: { name: "journal", needed: long.length + 2 },
  });
  expect(await journal.get("a")).toBe("one");
  expect(await results.all()).toEqual(["two"]);
  await journal.remove("a");
  expect(await journal.all()).toEqual([]);
});
