import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { LOCK_FILE, lockFolder } from "./folderLock";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "awase-lock-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

it("is had by one at a time, and leaves nothing", async () => {
  const release = await lockFolder(folder);
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "output/busy", facts: { pid: process.pid } });
  await release();
  expect(await readdir(folder)).toEqual([]);
  await (await lockFolder(folder))();
});

it("respects another process, and takes over from a dead one", async () => {
  await writeFile(join(folder, LOCK_FILE), String(process.ppid));
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "output/busy", facts: { pid: process.ppid } });
  await writeFile(join(folder, LOCK_FILE), "999999999");
  await (await lockFolder(folder))();
  expect(await readdir(folder)).toEqual([]);
});
