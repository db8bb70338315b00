import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { isRunRecord } from "../../engine/runs/journal";
import { isObject } from "../../formats/json";
import { jsonExcess } from "../../formats/jsonExcess";
import { cliFailure } from "../failures";
import { RECORD_LIMITS } from "./jsonRecords";
import { JOURNAL_FILE } from "./nodeEnvironment";

/**
 * Makes sure that the journal in an output folder, if there is one, is of a run that can be gone on with, and removes what killed
 * writers left of it.
 * @param folder absolute, locked
 * @param overwrite whether any other journal is removed instead of refused
 * @throws {AwaseError} `journal/foreign`
 */
export async function readyJournal(folder: string, overwrite: boolean): Promise<void> {
  for (const name of await readdir(folder)) {
    if (name.startsWith(`${JOURNAL_FILE}.`)) await rm(join(folder, name), { force: true }); // half written
  }
  const path = join(folder, JOURNAL_FILE);
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined || isJournal(text)) return;
  if (overwrite) return rm(path, { force: true });
  throw cliFailure("journal/foreign", { path, found: text.length });
}

function isJournal(text: string): boolean {
  try {
    if (jsonExcess(text, RECORD_LIMITS) !== undefined) return false;
    const found: unknown = JSON.parse(text);
    return isObject(found) && Object.values(found).every(isRunRecord);
  } catch {
    return false;
  }
}
