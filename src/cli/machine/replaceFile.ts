import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** Writings of this process so far. */
let count = 0;

/** Writes a file whole or not at all, and its folder if there is none. Of several who write it at once, the last one stays. */
export async function replaceFile(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}-${count++}`;
  await writeFile(fresh, content);
  await rename(fresh, path);
}
