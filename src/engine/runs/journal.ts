import * as z from "zod/mini";
import type { AwaseError } from "../../base/errors";
import type { GuardReport } from "../../eval/types";
import type { UnknownObject } from "../../formats/json";
import type { LendingOutcome } from "../donor/lendingOutcome";
import { engineFailure } from "../failures";
import type { Records } from "../machine/records";
import type { RunId } from "../protocol/ids";
import type { MergeOptions, MergeReport, OutputFile } from "../protocol/protocol";
import type { InputFile } from "./inputLedger";

/** Raised whenever a record means something else than before: what another version began is not gone on with. */
export const JOURNAL_VERSION = 2;

/** What must be known of a run to go on with it: after a reload, a crash, or a lost GPU. */
export interface RunRecord {
  readonly version: typeof JOURNAL_VERSION;
  readonly id: RunId;
  /** As it was asked for; with a guard, what is written is the guard's own recipe. */
  readonly recipe: string;
  readonly options: MergeOptions;
  /** What the guard found before the first byte was written: a run that goes on is not watched again. */
  readonly guard?: GuardReport;
  /** What was decided about a donor's rows, likewise. */
  readonly lent?: LendingOutcome;
  /** Of the plan; see `planFingerprint`. */
  readonly fingerprint: string;
  /** The models' weight files, and what was read of them. */
  readonly inputs: readonly InputFile[];
  /** Tensors of the plan. */
  readonly tensors: number;
  /** Indices in the plan of tensors whose bytes are safely on disk. */
  readonly finished: readonly number[];
  /** xxhash64, in hex, of finished tensors that lie in a file which is not closed yet, by their index. */
  readonly digests: Readonly<Record<number, string>>;
  /** Every file the run writes. */
  readonly paths: readonly string[];
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
  /** From now on each entry tells what was read of the models, too. */
  follow(ledger: { readonly files: readonly InputFile[] }): void;
  /** Replaces some entries and stores the whole. */
  note(change: Partial<Pick<RunRecord, "finished" | "digests" | "files" | "nonFinite" | "seconds">>): Promise<void>;
  /** The run is over: nothing is left to go on with. Notes that come later are not kept. */
  end(): Promise<void>;
}

export async function openJournal(records: Records<RunRecord>, first: RunRecord): Promise<RunJournal> {
  let record = first;
  let ended = false;
  let reading: { readonly files: readonly InputFile[] } | undefined;
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
    follow(ledger) {
      reading = ledger;
    },
    async note(change) {
      record = { ...record, ...change, ...(reading ? { inputs: reading.files } : {}) };
      if (!ended) await inTurn(() => records.put(record.id, record));
    },
    end() {
      ended = true;
      return inTurn(() => records.remove(record.id));
    },
  };
}

/** Enough of a record to know that it is one of ours. What else is in it was written together with this. */
const Known = z.object({
  version: z.literal(JOURNAL_VERSION),
  id: z.string(),
  recipe: z.string(),
  options: z.object({ name: z.string(), seed: z.number(), shardBytes: z.number(), allowNonFinite: z.boolean() }),
  fingerprint: z.string(),
  inputs: z.array(
    z.object({
      model: z.string(),
      file: z.string(),
      size: z.number(),
      identity: z.string(),
      mark: z.optional(z.string()),
      reads: z.array(z.tuple([z.number(), z.number(), z.string()])),
    }),
  ),
  tensors: z.number(),
  finished: z.array(z.number()),
  digests: z.record(z.string(), z.string()),
  paths: z.array(z.string()),
  files: z.array(z.object({ path: z.string(), size: z.number(), sha256: z.string() })),
  nonFinite: z.array(z.object({ tensor: z.string(), inputs: z.number(), outputs: z.number() })),
  started: z.number(),
  seconds: z.number(),
});

/** Whether something found in the journal is a record that this version can go on with. */
export function isRunRecord(found: unknown): found is RunRecord {
  return Known.safeParse(found).success;
}

/** Whether something found in the journal was left by a later version, which may be used again. */
export function isLaterRecord(found: UnknownObject): boolean {
  return typeof found.version === "number" && found.version > JOURNAL_VERSION;
}

/**
 * The journal of an unfinished run.
 * @throws {AwaseError} `journal/not-found`
 */
export async function findRun(records: Records<RunRecord>, id: RunId): Promise<RunRecord> {
  const record = await records.get(id);
  if (isRunRecord(record)) return record;
  throw engineFailure("journal/not-found", { job: id });
}

/** A run is of models that are not there: it is not the recipe that is wrong. */
export function noModels(name: string, missing: readonly string[]): AwaseError {
  return engineFailure("journal/no-models", { name, models: missing.join(", "), missing: missing.length });
}

/**
 * Refuses to go on with another plan than the run began with.
 * @throws {AwaseError} `journal/changed-plan`
 */
export function checkFingerprint(record: RunRecord, fingerprint: string): void {
  if (record.fingerprint === fingerprint) return;
  throw engineFailure("journal/changed-plan", {
    name: record.options.name,
    found: fingerprint,
    expected: record.fingerprint,
  });
}
