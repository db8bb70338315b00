import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { fileRecords } from "./fileRecords";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "awase-records-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("keeps typed arrays, for the next process as well", async () => {
  const values = { nll: [new Float64Array([1, Number.NaN])], states: new Float32Array([0.5]) };
  await fileRecords(join(folder, "new")).put("a/b: c", values);
  const again = fileRecords<typeof values>(join(folder, "new"));
  expect(await again.get("a/b: c")).toEqual(values);
  expect(await again.all()).toEqual([values]);
  await again.remove("a/b: c");
  expect([await again.get("a/b: c"), await again.all()]).toEqual([undefined, []]);
});

it("takes a broken file for none", async () => {
  const records = fileRecords<number>(folder);
  await records.put("a", 1);
  const [name = ""] = await readdir(folder);
  await writeFile(join(folder, name), "half");
  expect(await records.get("a")).toBeUndefined();
});
