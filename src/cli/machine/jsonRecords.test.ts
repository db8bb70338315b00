import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { jsonRecords } from "./jsonRecords";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "awase-records-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("keeps records for the next process, and no file without any", async () => {
  const path = join(folder, "deep", "records.json");
  const records = jsonRecords<{ value: number }>(path);
  await records.put("a", { value: 1 });
  await records.put("b", { value: 2 });
  await records.put("a", { value: 3 });
  expect(await jsonRecords(path).all()).toEqual([{ value: 3 }, { value: 2 }]);
  expect(await records.get("a")).toEqual({ value: 3 });
  expect(await records.get("c")).toBeUndefined();
  await records.remove("a");
  await records.remove("b");
  expect(await readdir(join(folder, "deep"))).toEqual([]);
});

it("loses nothing of what is put at once, and survives another process at the same file", async () => {
  const path = join(folder, "records.json");
  const [records, other] = [jsonRecords<number>(path), jsonRecords<number>(path)];
  await Promise.all([records.put("a", 1), records.put("b", 2), records.put("c", 3)]);
  expect(await records.all()).toEqual([1, 2, 3]);
  await Promise.all([records.put("a", 4), other.put("b", 4)]);
  expect(await records.all()).toContain(4);
});

it("takes a file it cannot read for an empty one", async () => {
  const path = join(folder, "records.json");
  const deep = `{"a":${"[".repeat(20_000)}${"]".repeat(20_000)}}`; // could not be written again
  for (const text of ['{"a": {"val', "null", "[1]", deep]) {
    await writeFile(path, text);
    expect(await jsonRecords(path).all()).toEqual([]);
  }
});
