import { afterAll, expect, it } from "vitest";
import { directoryFolder, directoryOutput } from "./directory";
import { removeOpfs } from "./opfs";
import { describeOutput } from "./outputs.testing";
import { patterned } from "./sources.testing";

/* A picked folder needs a person; a folder of the browser's own file system has the same interface. */
const ROOT = "awase-directory-test";
let made = 0;
afterAll(() => removeOpfs(ROOT));

async function fresh(): Promise<FileSystemDirectoryHandle> {
  const root = await (await navigator.storage.getDirectory()).getDirectoryHandle(ROOT, { create: true });
  return root.getDirectoryHandle(`folder-${++made}`, { create: true });
}

async function filesOf(handle: FileSystemDirectoryHandle): Promise<ReadonlyMap<string, Uint8Array>> {
  const folder = directoryFolder(handle);
  const read = async (path: string, size: number) => (await folder.open(path)).read(0, size);
  return new Map(
    await Promise.all((await folder.list()).map(async ({ path, size }) => [path, await read(path, size)] as const)),
  );
}

describeOutput(
  "a picked folder",
  async () => {
    const handle = await fresh();
    return { output: directoryOutput(handle), files: () => filesOf(handle) };
  },
  { resumes: false },
);

it("lists what is there but hidden folders, and opens by path", async () => {
  const handle = await fresh();
  for (const path of ["config.json", "sub/a.bin", ".git/HEAD"]) {
    const sink = await directoryOutput(handle).create(path, { size: 300 });
    await sink.write(patterned(300), 0);
    await sink.close();
  }
  const folder = directoryFolder(handle);
  expect(folder.name).toBe(handle.name);
  expect(await folder.list()).toEqual([
    { path: "config.json", size: 300 },
    { path: "sub/a.bin", size: 300 },
  ]);
  expect(await (await folder.open("sub/a.bin")).read(7, 99)).toEqual(patterned(300).slice(7, 99));
  for (const path of ["nothing", "sub", "sub/a.bin/b"]) {
    await expect(folder.open(path)).rejects.toMatchObject({ code: "io/not-found", facts: { path } });
  }
  await expect(folder.open("../config.json")).rejects.toMatchObject({ code: "io/path" });
});

it("takes away the copy that a killed browser left beside a file, when the file is written again", async () => {
  const handle = await fresh();
  const left = await handle.getFileHandle("model.safetensors.crswap", { create: true });
  expect((await left.getFile()).size).toBe(0);
  const sink = await directoryOutput(handle).create("model.safetensors", { size: 300 });
  await sink.write(patterned(300), 0);
  await sink.close();
  const names: string[] = [];
  for await (const name of handle.keys()) names.push(name);
  expect(names).toEqual(["model.safetensors"]);
});

it("tells that access was taken back", async () => {
  const handle = await fresh();
  const refused = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  const closed = new Proxy(handle, {
    get: (target, key) => (key === "getFileHandle" ? refused : Reflect.get(target, key, target)),
  });
  await expect(directoryFolder(closed).open("f")).rejects.toMatchObject({ code: "io/permission" });
  await expect(directoryOutput(closed).create("f", { size: 1 })).rejects.toMatchObject({ code: "io/permission" });
});

it("tells that the folder is gone, before a file is made and while it is listed", async () => {
  const handle = await fresh();
  await removeOpfs(`${ROOT}/${handle.name}`);
  const gone = { code: "io/folder-gone", facts: { folder: handle.name } };
  await expect(directoryFolder(handle).list()).rejects.toMatchObject(gone);
  for (const path of ["f", "sub/f"]) {
    await expect(directoryOutput(handle).create(path, { size: 1 })).rejects.toMatchObject(gone);
  }
  await directoryOutput(handle).remove("f");
});

it.each([
  ["NotFoundError", "io/folder-gone"],
  ["NotAllowedError", "io/permission"],
  ["QuotaExceededError", "storage/quota"],
])("tells a %s in the middle of a file, and minds no file that is gone when it is aborted", async (name, code) => {
  const failing = () => Promise.reject(new DOMException("no", name));
  const stream = { write: failing, close: failing, abort: failing };
  const handle = await fresh();
  const found = await handle.getFileHandle("f", { create: true });
  await handle.removeEntry("f");
  const broken = new Proxy(handle, {
    get(target, key) {
      if (key !== "getFileHandle") return bound(target, key);
      return async (_: string, options?: FileSystemGetFileOptions) => {
        if (!options?.create) throw new DOMException("not yet", "NotFoundError");
        return new Proxy(found, {
          get: (file, of) => (of === "createWritable" ? async () => stream : bound(file, of)),
        });
      };
    },
  });
  for (const end of ["write", "close"] as const) {
    const sink = await directoryOutput(broken).create("f", { size: end === "write" ? 1 : 0 });
    await expect(end === "write" ? sink.write(patterned(1), 0) : sink.close()).rejects.toMatchObject({ code });
    await sink.abort();
  }
});

function bound(target: object, key: string | symbol): unknown {
  const value: unknown = Reflect.get(target, key, target);
  return typeof value === "function" ? value.bind(target) : value;
}
