import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
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

it("takes away folders that were made for nothing, and keeps what something lies in", async () => {
  const deep = join(folder, "a", "b", "c");
  await (await lockFolder(deep))();
  expect(await readdir(folder)).toEqual([]);
  const release = await lockFolder(deep);
  await writeFile(join(folder, "a", "note"), "");
  await release();
  expect(await readdir(join(folder, "a"))).toEqual(["note"]);
});

it("says what stands in the way", async () => {
  await writeFile(join(folder, "file"), "");
  for (const path of ["file", "file/out"]) {
    await expect(lockFolder(join(folder, path))).rejects.toMatchObject({ code: "output/unusable" });
  }
});

it("respects another process, and takes over from a dead one", async () => {
  await writeFile(join(folder, LOCK_FILE), String(process.ppid));
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "output/busy", facts: { pid: process.ppid } });
  await writeFile(join(folder, LOCK_FILE), "999999999");
  await (await lockFolder(folder))();
  expect(await readdir(folder)).toEqual([]);
});

it("takes over where the id of a dead process was given to another one", async () => {
  await writeFile(join(folder, LOCK_FILE), `${process.ppid} 1 ${hostname()}`);
  await (await lockFolder(folder))();
  expect(await readdir(folder)).toEqual([]);
});

it("leaves a lock of another machine on the same disk alone", async () => {
  await writeFile(join(folder, LOCK_FILE), "999999999 1 another-machine");
  await expect(lockFolder(folder)).rejects.toMatchObject({ code: "output/busy", facts: { pid: 999999999 } });
});

it("takes over a lock that was cut short", async () => {
  await writeFile(join(folder, LOCK_FILE), "");
  await (await lockFolder(folder))();
  expect(await readdir(folder)).toEqual([]);
});
