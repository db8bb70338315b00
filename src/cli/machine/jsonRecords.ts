import { readFile, rm } from "node:fs/promises";
import { own } from "../../base/own";
import type { Records } from "../../engine/machine/records";
import { isObject } from "../../formats/json";
import { jsonExcess } from "../../formats/jsonExcess";
import { replaceFile } from "./replaceFile";

/** What is read deeper than calls can go cannot be written again. */
export const RECORD_LIMITS = { depth: 64, values: Number.POSITIVE_INFINITY };

/** Records in one JSON file, replaced as a whole at each change; the file is there only while it holds any. */
export function jsonRecords<T>(path: string): Records<T> {
  async function load(): Promise<Record<string, T>> {
    const text = await readFile(path, "utf8").catch(() => "{}");
    try {
      const found: unknown = jsonExcess(text, RECORD_LIMITS) === undefined ? JSON.parse(text) : undefined;
      return isObject(found) ? (found as Record<string, T>) : {};
    } catch {
      return {}; // not ours, or from a machine that lost power: as good as none
    }
  }
  async function store(records: Record<string, T>): Promise<void> {
    if (Object.keys(records).length === 0) return rm(path, { force: true });
    await replaceFile(path, JSON.stringify(records));
  }
  let line: Promise<unknown> = Promise.resolve();
  /** Changes are made one after the other, so that none is lost. */
  function change(work: (records: Record<string, T>) => Record<string, T>): Promise<void> {
    const next = line.then(async () => store(work(await load())));
    line = next.catch(() => undefined);
    return next;
  }
  return {
    get: async (key) => own(await load(), key),
    all: async () => Object.values(await load()),
    put: (key, record) => change((records) => ({ ...records, [key]: record })),
    remove: (key) => change(({ [key]: _, ...others }) => others),
  };
}
