import type { ChartView } from "../../state/chartView";
import type { MeasurementRecord } from "../../state/records";

/** What a chart draws: a run, perhaps another beside it, and how. */
export interface ChartSource {
  readonly shown: MeasurementRecord;
  readonly other: MeasurementRecord | undefined;
  readonly view: ChartView;
}
