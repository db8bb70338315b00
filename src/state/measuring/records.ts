import type { Evaluation } from "../../eval/registry";
import type { GuardReport, GuardStage } from "../../eval/types";
import type { SessionStore } from "../sessionStore";
import type { Slice, StudioTools } from "../slice";

/** What the guard saw of one recipe. */
export interface Watched {
  readonly cap: number;
  readonly stages: readonly GuardStage[];
  /** Absent while it watches, and when it was cut short. */
  readonly report?: GuardReport;
}

/** One prompt set, measured. */
export interface MeasuredSet {
  readonly set: string;
  readonly name: string;
  readonly merged: Evaluation;
  /** The base's own values; absent until they are there. */
  readonly base?: Evaluation;
}

/** Everything that was measured of one recipe: what the charts draw, small enough to be kept. */
export interface MeasurementRecord {
  readonly id: string;
  readonly name: string;
  readonly recipe: string;
  readonly started: number;
  readonly device: string;
  /** The merge it belongs to; absent: nothing was written. */
  readonly result?: string;
  readonly watched?: Watched;
  /** One list of sets for each time it was measured: several when a person moved sliders meanwhile. */
  readonly measured: readonly (readonly MeasuredSet[])[];
}

/** Records of earlier runs, newest first, and the one under way. */
export interface RecordsSlice {
  /** When this visit began, in milliseconds: what was measured before it waits in the history. */
  readonly visitBegan: number;
  readonly records: readonly MeasurementRecord[];
  putRecord(record: MeasurementRecord): void;
  changeRecord(id: string, change: (record: MeasurementRecord) => MeasurementRecord): void;
  forgetRecord(id: string): void;
  /** Brings back what an earlier visit measured. */
  recallRecords(): Promise<void>;
}

/** Records kept. One is some ten kB; a large model's drift by tensor makes it a hundred. */
const MAX_RECORDS = 40;
/** Measurements kept of one live record. */
const MAX_MEASURED = 40;

const RECORDS_VERSION = 1;

export function createRecordsSlice({ recordStore }: StudioTools): Slice<RecordsSlice> {
  return (set, get) => {
    let writing = Promise.resolve();
    /** In order, and never on anybody's way: a browser that refuses to store loses records at a reload and nothing else. */
    const write = () => {
      writing = writing.then(async () => {
        const whole = get().records.filter(hasValues);
        await recordStore.set({ version: RECORDS_VERSION, records: whole }).catch(() => undefined);
      });
    };
    return {
      visitBegan: Date.now(),
      records: [],
      putRecord(record) {
        const others = get().records.filter(({ id }) => id !== record.id);
        set({ records: [record, ...others].slice(0, MAX_RECORDS) });
        write();
      },
      changeRecord(id, change) {
        const { records } = get();
        if (!records.some((record) => record.id === id)) return;
        set({ records: records.map((record) => (record.id === id ? change(record) : record)) });
        write();
      },
      forgetRecord(id) {
        set(({ records }) => ({ records: records.filter((record) => record.id !== id) }));
        write();
      },
      async recallRecords() {
        // Nothing is written before what was kept has been read.
        const recalled = readRecords(recordStore).then((kept) =>
          set(({ records }) => ({ records: [...records, ...kept] })),
        );
        writing = recalled;
        await recalled;
      },
    };
  };
}

async function readRecords(store: SessionStore): Promise<readonly MeasurementRecord[]> {
  const stored = await store.get().catch(() => undefined);
  if (typeof stored !== "object" || stored === null || !("version" in stored) || !("records" in stored)) return [];
  return stored.version === RECORDS_VERSION && Array.isArray(stored.records) ? stored.records : [];
}

/** Whether a record says anything: one that was cancelled before its first value does not. */
export function hasValues({ watched, measured }: MeasurementRecord): boolean {
  return measured.some((sets) => sets.length > 0) || (watched?.stages.length ?? 0) > 0;
}

/** Whether the guard was cut short, by a cancel, a failure or a reload, before it had seen the whole merge: no figure speaks for it. */
export function isCut({ watched, measured }: MeasurementRecord): boolean {
  return watched !== undefined && watched.report === undefined && measured.every((sets) => sets.length === 0);
}

/** Whether what was measured is of another recipe than the one on the screen; the one that the guard made of it counts as the same. */
export function isOutdated(
  present: string,
  { recipe, watched }: Pick<MeasurementRecord, "recipe" | "watched">,
): boolean {
  return present !== recipe && present !== watched?.report?.recipe;
}

/** Begins another measurement of a record. */
export function withMeasurement(record: MeasurementRecord): MeasurementRecord {
  return { ...record, measured: [...record.measured, []].slice(-MAX_MEASURED) };
}

/** Puts a set's values into a record's last measurement, over what is known of that set. */
export function withSet(record: MeasurementRecord, values: MeasuredSet): MeasurementRecord {
  const last = record.measured.at(-1) ?? [];
  const others = last.filter(({ set }) => set !== values.set);
  const known = last.find(({ set }) => set === values.set);
  return { ...record, measured: [...record.measured.slice(0, -1), [...others, { ...known, ...values }]] };
}

/** Sets of the last measurement that has any. */
export function latestSets({ measured }: MeasurementRecord): readonly MeasuredSet[] {
  return measured.findLast((sets) => sets.length > 0) ?? [];
}
