import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isAlive } from "./processes";

/** Writings of this process so far. */
let count = 0;

/** Writes a file whole or not at all, and its folder if there is none. Of several who write it at once, the last one stays. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}-${count++}`;
  await writeFile(fresh, content);
  await rename(fresh, path);
}

/** Removes what processes that were killed in the middle of `replaceFile` left behind, in a folder that is ours alone. */
export async function removeHalfWritten(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const { name, parentPath } of entries) {
    const pid = /^.+\.(\d+)-\d+$/.exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(parentPath, name), { force: true }).catch(() => undefined);
  }
}
