import { isObject } from "../../formats/json";
import { quotaExceeded } from "../../io/errors";
import type { StorageFacts } from "../protocol/protocol";
import type { RunRecord } from "../runs/journal";
import { lockName } from "../runs/unfinished";
import type { Environment } from "./environment";
import type { Records } from "./records";

/**
 * Refuses a run that cannot fit before it fetches anything.
 * @param bytes what will be stored
 * @throws {AwaseError} `storage/quota` with the bytes needed and the bytes free
 */
export async function checkRoom(environment: Environment, name: string, bytes: number): Promise<void> {
  const { usage, quota } = await environment.space();
  if (bytes > quota - usage) throw quotaExceeded(name, bytes, quota - usage);
}

export async function storageFacts(environment: Environment): Promise<StorageFacts> {
  const space = await environment.space();
  return { ...space, cache: (await environment.blocks?.list()) ?? [] };
}

/**
 * Removes files of runs that neither the journal nor the results know: a tab that was closed while it cleaned up. Files
 * are made after the journal's entry and a result is kept before that goes, so nothing alive is taken for a remnant. One that
 * the browser still holds, or another tab is taking away, is left to the next start.
 */
export async function sweep(environment: Environment): Promise<void> {
  const ids = await environment.runs();
  const results = new Set((await environment.records("result").all()).map(({ report }) => report.id));
  const known = await knownIds(environment, results);
  for (const id of results) known.add(id);
  for (const id of ids.filter((found) => !known.has(found))) {
    const place = await environment.place(id);
    await place.clear([]).catch(() => undefined);
  }
}

/** Ids of the journal's runs; what cannot be gone on with goes, and a run whose result was kept just before all was killed. */
async function knownIds(environment: Environment, results: ReadonlySet<string>): Promise<Set<string>> {
  const known = new Set<string>();
  const journal: Records<RunRecord> = environment.records("journal");
  const records: readonly unknown[] = await journal.all();
  if (records.length === 0) return known;
  const { isLaterRecord, isRunRecord } = await import("../runs/journal");
  const held = await environment.held();
  for (const record of records) {
    // What an earlier version began, or nobody, cannot be gone on with. A later version may come back.
    if (!isObject(record) || typeof record.id !== "string") continue;
    const isOver = results.has(record.id) && !held.has(lockName(record.id));
    if (!isOver && (isRunRecord(record) || isLaterRecord(record))) known.add(record.id);
    else await journal.remove(record.id);
  }
  return known;
}
