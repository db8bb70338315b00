import { lazy, Suspense } from "react";
import type { StoredResult } from "../../engine/protocol/protocol";
import { isBeingMeasured } from "../../state/measuring/evaluation";
import { hasValues, type MeasurementRecord } from "../../state/measuring/records";
import { useStudio, useText } from "../context";
import classes from "./History.module.css";
import type { ResultRow } from "./ResultsTable";

const ResultsTable = lazy(() => import("./ResultsTable"));

/** Finished merges, and what was measured without one, newest first. */
export function ResultsPanel() {
  const t = useText();
  const results = useStudio((state) => state.results);
  const records = useStudio((state) => state.records);
  const underWay = useStudio((state) => state.records.find((record) => isBeingMeasured(state, record))?.id);
  const unwritten = records.filter(
    (record) => record.result === undefined && hasValues(record) && record.id !== underWay,
  );
  const rows = [
    ...results.map((result): ResultRow => ({ at: result.finished, result, record: recordOf(result, records) })),
    ...unwritten.map((record): ResultRow => ({ at: record.started, result: undefined, record })),
  ].sort((a, b) => b.at - a.at);
  if (rows.length === 0) return <p className={classes.empty}>{t.history.empty}</p>;
  return (
    <Suspense>
      <ResultsTable rows={rows} />
    </Suspense>
  );
}

function recordOf({ report }: StoredResult, records: readonly MeasurementRecord[]): MeasurementRecord | undefined {
  return records.find(({ result }) => result === report.id);
}
