import type { Slice } from "../slice";
import type { MeasurementRecord, RecordsSlice } from "./records";

/** What the charts show, and how. */
export interface ChartView {
  /** Id of a record; undefined: the newest of this visit. */
  readonly run: string | undefined;
  /** Id of the record drawn beside it. */
  readonly pinned: string | undefined;
  /** Prompt set of a measured record; undefined: its first. */
  readonly set: string | undefined;
  readonly axis: "stage" | "depth";
  /** What is drawn around the mean KL. */
  readonly spread: "quantiles" | "errors";
  /** Ids of charts that were put away. */
  readonly hidden: readonly string[];
}

export interface ChartViewSlice {
  readonly chartView: ChartView;
  changeChartView(change: Partial<ChartView>): void;
}

export const createChartViewSlice: Slice<ChartViewSlice> = (set) => ({
  chartView: { run: undefined, pinned: undefined, set: undefined, axis: "stage", spread: "quantiles", hidden: [] },
  changeChartView: (change) => set(({ chartView }) => ({ chartView: { ...chartView, ...change } })),
});

type Shown = Pick<RecordsSlice & ChartViewSlice, "records" | "chartView" | "visitBegan">;

/** The record that is drawn: the one that was chosen, else the newest of this visit. */
export function shownRecord({ records, chartView, visitBegan }: Shown): MeasurementRecord | undefined {
  return records.find(({ id }) => id === chartView.run) ?? records.find(({ started }) => started >= visitBegan);
}

/** The record drawn beside it. */
export function pinnedRecord(state: Shown): MeasurementRecord | undefined {
  const pinned = state.records.find(({ id }) => id === state.chartView.pinned);
  return pinned === shownRecord(state) ? undefined : pinned;
}
