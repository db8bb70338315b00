import { AwaseError } from "../../base/errors";
import type { GuardReport } from "../../eval/types";
import type { Records } from "../machine/records";
import type { RunId } from "../protocol/ids";
import type { MergeOptions, MergeReport, OutputFile } from "../protocol/protocol";

/** What must be known of a run to go on with it: after a reload, a crash, or a lost GPU. */
export interface RunRecord {
  readonly id: RunId;
  /** As it was asked for; with a guard, what is written is the guard's own recipe. */
  readonly recipe: string;
  readonly options: MergeOptions;
  /** What the guard found before the first byte was written: a run that goes on is not watched again. */
  readonly guard?: GuardReport;
  /** Of the plan and its models; see `planFingerprint`. */
  readonly fingerprint: string;
  /** Tensors of the plan. */
  readonly tensors: number;
  /** Indices in the plan of tensors whose bytes are safely on disk. */
  readonly finished: readonly number[];
  /** Files closed, hashed and delivered. */
  readonly files: readonly OutputFile[];
  readonly nonFinite: MergeReport["nonFinite"];
  /** Milliseconds since 1970. */
  readonly started: number;
  /** Seconds of work in earlier tries. */
  readonly seconds: number;
}

/** The journal of one run. */
export interface RunJournal {
  readonly record: RunRecord;
  /** Replaces some entries and stores the whole. */
  note(change: Partial<Pick<RunRecord, "finished" | "files" | "nonFinite" | "seconds">>): Promise<void>;
  /** The run is over: nothing is left to go on with. Notes that come later are not kept. */
  end(): Promise<void>;
}

export async function openJournal(records: Records<RunRecord>, first: RunRecord): Promise<RunJournal> {
  let record = first;
  let ended = false;
  let line: Promise<unknown> = records.put(record.id, record);
  await line;
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const next = line.then(work);
    line = next.catch(() => undefined);
    return next;
  };
  return {
    get record() {
      return record;
    },
    async note(change) {
      record = { ...record, ...change };
      if (!ended) await inTurn(() => records.put(record.id, record));
    },
    end() {
      ended = true;
      return inTurn(() => records.remove(record.id));
    },
  };
}

/**
 * The journal of an unfinished run.
 * @throws {AwaseError} `journal/not-found`
 */
export async function findRun(records: Records<RunRecord>, id: RunId): Promise<RunRecord> {
  const record = await records.get(id);
  if (record) return record;
  throw new AwaseError(
    "journal/not-found",
    `There is no unfinished run ${id}. It was finished or discarded; start anew.`,
    {
      facts: { job: id },
    },
  );
}

/**
 * Refuses to go on with other weights, or another plan, than the run began with: half of the output would be of one
 * merge and half of another.
 * @throws {AwaseError} `journal/changed`
 */
export function checkFingerprint(record: RunRecord, fingerprint: string): void {
  if (record.fingerprint === fingerprint) return;
  throw new AwaseError(
    "journal/changed",
    `Cannot go on with "${record.options.name}": its recipe now makes another plan than at the start (fingerprint ` +
      `${fingerprint.slice(0, 12)}, was ${record.fingerprint.slice(0, 12)}), so a model was changed or replaced. ` +
      "Load the same models again, or discard the run.",
    { facts: { name: record.options.name, found: fingerprint, expected: record.fingerprint } },
  );
}
