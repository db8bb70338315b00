import type { ComponentType } from "react";
import type { MeasurementRecord } from "../../state/measuring/records";
import type { Messages } from "../i18n";
import type { ChartSource } from "./data/source";
import type { Cell, ChartTable } from "./data/table";
import type { StageText } from "./useStageText";

/** What a chart's table speaks with. */
export interface ChartWords extends StageText {
  readonly t: Messages;
}

/** A chart that can be drawn and read. Its names stand in the catalogues, under its id. */
export interface ChartDefinition<Id extends string = string> {
  readonly id: Id;
  readonly Chart: ComponentType<ChartSource>;
  /** The rows behind the drawing, in full precision. */
  readonly table: (source: ChartSource, words: ChartWords) => ChartTable;
}

/** Declares a chart; `registry.ts` lists it. */
export function defineChart<const Id extends string>(chart: ChartDefinition<Id>): ChartDefinition<Id> {
  return chart;
}

/** Rows of a run; with a second one beside it, a first column says whose they are. */
export function rowsOfRuns(
  { shown, other }: ChartSource,
  { t }: ChartWords,
  columns: readonly string[],
  rowsOf: (record: MeasurementRecord) => readonly (readonly Cell[])[],
): ChartTable {
  if (!other) return { columns, rows: rowsOf(shown) };
  const named = (record: MeasurementRecord, label: string) => rowsOf(record).map((row) => [label, ...row]);
  return {
    columns: [t.charts.columns.run, ...columns],
    rows: [...named(shown, t.charts.thisRun), ...named(other, t.charts.pinned)],
  };
}
