import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { Records } from "../engine/records";

/** Records in one JSON file, replaced as a whole at each change; the file is there only while it holds any. */
export function jsonRecords<T>(path: string): Records<T> {
  async function load(): Promise<Record<string, T>> {
    const text = await readFile(path, "utf8").catch(() => "{}");
    try {
      return JSON.parse(text) as Record<string, T>;
    } catch {
      return {}; // not ours, or from a machine that lost power: as good as none
    }
  }
  async function store(records: Record<string, T>): Promise<void> {
    if (Object.keys(records).length === 0) return rm(path, { force: true });
    await mkdir(dirname(path), { recursive: true });
    // A crash while writing leaves the old file.
    await writeFile(`${path}.new`, JSON.stringify(records));
    await rename(`${path}.new`, path);
  }
  return {
    get: async (key) => (await load())[key],
    all: async () => Object.values(await load()),
    put: async (key, record) => store({ ...(await load()), [key]: record }),
    async remove(key) {
      const { [key]: _, ...others } = await load();
      await store(others);
    },
  };
}
