import { createHash } from "node:crypto";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import type { Records } from "../../engine/machine/records";
import { replaceFile } from "./replaceFile";

/** Records with typed arrays in them: one file each, in the form of structured clone. */
export function fileRecords<T>(folder: string): Records<T> {
  const pathOf = (key: string) => join(folder, createHash("sha256").update(key).digest("hex"));
  /** What cannot be read is as good as not there: the next process measures it again. */
  async function load(path: string): Promise<T | undefined> {
    try {
      return deserialize(await readFile(path)) as T;
    } catch {
      return undefined;
    }
  }
  return {
    get: (key) => load(pathOf(key)),
    async all() {
      const names = await readdir(folder).catch(() => []);
      const records = await Promise.all(names.map((name) => load(join(folder, name))));
      return records.filter((record) => record !== undefined);
    },
    put: (key, record) => replaceFile(pathOf(key), serialize(record)),
    remove: (key) => rm(pathOf(key), { force: true }),
  };
}
