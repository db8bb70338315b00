import type { ChartView } from "../../../state/measuring/chartView";
import type { MeasurementRecord } from "../../../state/measuring/records";

/** What a chart draws: a run, perhaps another beside it, and how. */
export interface ChartSource {
  readonly shown: MeasurementRecord;
  readonly other: MeasurementRecord | undefined;
  readonly view: ChartView;
}
