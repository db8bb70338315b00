import type { Environment } from "../machine/environment";
import type { RunId } from "../protocol/ids";
import type { UnfinishedRun } from "../protocol/protocol";
import type { RunRecord } from "./journal";

/** Held while a run is at work, in whatever tab. */
export const lockName = (id: RunId) => `awase-run ${id}`;

/** What a session itself does with runs. */
interface Own {
  atWork(id: RunId): boolean;
  /** Failed, and kept open to be resumed. */
  suspended(id: RunId): boolean;
}

const NOTHING: Own = { atWork: () => false, suspended: () => false };

/** Runs cut short, newest first; those at work here or in another tab left out. */
export async function unfinishedRuns(environment: Environment, own = NOTHING): Promise<readonly UnfinishedRun[]> {
  const records = await environment.records("journal").all();
  if (records.length === 0) return []; // most visits: what reads them stays unloaded
  const { isRunRecord } = await import("./journal");
  const held = await environment.held();
  return records
    .filter(isRunRecord) // what others left there is passed over
    .filter(({ id }) => !own.atWork(id) && (own.suspended(id) || !held.has(lockName(id))))
    .sort((a, b) => b.started - a.started)
    .map(unfinishedRun);
}

function unfinishedRun({ id, recipe, options, finished, tensors, started }: RunRecord): UnfinishedRun {
  return { id, name: options.name, recipe, options, tensorsDone: finished.length, tensors, started };
}
