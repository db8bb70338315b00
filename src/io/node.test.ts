import { mkdir, mkdtemp, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nodeFolder } from "./node";
import { patterned } from "./sources.testing";

let root = "";
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "awase-node-"));
});
afterEach(() => rm(root, { recursive: true }));

it("lists files in folders, through links, and leaves hidden folders and dead links out", async () => {
  await mkdir(join(root, "b"));
  await mkdir(join(root, ".git"));
  await writeFile(join(root, "b", "c.json"), "{}");
  await writeFile(join(root, ".git", "HEAD"), "ref");
  await writeFile(join(root, "blob"), patterned(9));
  await symlink(join(root, "blob"), join(root, "a.safetensors"));
  await symlink(join(root, "gone"), join(root, "dead"));
  await symlink(root, join(root, "loop"));
  expect(await nodeFolder(root).list()).toEqual([
    { path: "a.safetensors", size: 9 },
    { path: "b/c.json", size: 2 },
    { path: "blob", size: 9 },
  ]);
});

it("reads ranges", async () => {
  await writeFile(join(root, "f"), patterned(5000));
  const source = await nodeFolder(root).open("f");
  expect(source.size).toBe(5000);
  expect(await source.read(17, 4711)).toEqual(patterned(5000).slice(17, 4711));
  await expect(source.read(0, 5001)).rejects.toMatchObject({ code: "io/range" });
  await expect(source.read(0, 1, AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
});

it.each<[string, (path: string) => Promise<void>]>([
  ["cut short", (path) => truncate(path, 100)],
  ["written over with as many bytes", (path) => writeFile(path, patterned(5000, 1))],
  [
    "written over with as many bytes and its date",
    (path) => writeFile(path, patterned(5000, 1)).then(() => utimes(path, 1, 1)),
  ],
  ["removed", (path) => rm(path)],
])("tells a file that was %s meanwhile", async (_, change) => {
  const path = join(root, "f");
  await writeFile(path, patterned(5000));
  await utimes(path, 1, 1);
  const source = await nodeFolder(root).open("f");
  expect(await source.read(50, 60)).toEqual(patterned(5000).slice(50, 60));
  await change(path);
  await expect(source.read(50, 60)).rejects.toMatchObject({ code: "io/unreadable", facts: { name: "f", size: 5000 } });
});

it("tells what is not there and never leaves its folder", async () => {
  const folder = nodeFolder(join(root, "model"));
  await expect(folder.list()).rejects.toMatchObject({ code: "io/not-found" });
  await mkdir(join(root, "model", "sub"), { recursive: true });
  await writeFile(join(root, "secret"), "s");
  await expect(folder.open("f")).rejects.toMatchObject({ code: "io/not-found" });
  await expect(folder.open("sub")).rejects.toMatchObject({ code: "io/not-found" });
  await expect(folder.open("../secret")).rejects.toMatchObject({ code: "io/path" });
});
