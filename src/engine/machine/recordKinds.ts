import type { BaseValues } from "../../eval/baseCache";
import type { HubModel } from "../../hub/types";
import type { BaseEntry } from "../measuring/baseValues";
import type { StoredResult } from "../protocol/protocol";
import type { RunRecord } from "../runs/journal";
import type { DeviceRates } from "./rates";
import { memoryRecords, type Records } from "./records";

/** What the session keeps beyond its end, by kind. */
export interface RecordKinds {
  readonly journal: RunRecord;
  readonly result: StoredResult;
  readonly rates: DeviceRates;
  /** What the Hub said of its models, for when it cannot be asked. */
  readonly listing: HubModel;
  /** What base models gave: may hold typed arrays. */
  readonly "base-values": BaseValues;
  /** A list of what is kept of base models; see `keepBaseValues`. */
  readonly "base-entry": BaseEntry;
}

/** The records of a kind: the same object each time. */
export type RecordStore = <K extends keyof RecordKinds>(kind: K) => Records<RecordKinds[K]>;

/**
 * Opens the records of each kind when they are first asked for.
 * @param open makes those of a kind; absent: they last as long as the process
 */
export function recordStore(open: <T>(kind: keyof RecordKinds) => Records<T> = () => memoryRecords()): RecordStore {
  const opened = new Map<keyof RecordKinds, unknown>();
  return <K extends keyof RecordKinds>(kind: K) => {
    if (!opened.has(kind)) opened.set(kind, open<RecordKinds[K]>(kind));
    return opened.get(kind) as Records<RecordKinds[K]>;
  };
}
