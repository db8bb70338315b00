import type { EosHealth } from "../../../eval/types";
import { latestSets, type MeasurementRecord } from "../../../state/measuring/records";
import { chosenSet } from "./points";
import type { ChartSource } from "./source";

export interface EosRow {
  readonly whose: "base" | "shown" | "other";
  readonly eos: EosHealth;
}

/** End-token health of the base, of the run and of the one beside it, as far as they were measured. */
export function eosOf({ shown, other, view }: ChartSource): EosRow[] {
  const own = measuredEos(shown, view.set);
  const others = other && measuredEos(other, view.set).merged;
  return [
    ...(own.base && own.merged ? [{ whose: "base", eos: own.base } as const] : []),
    ...(own.merged ? [{ whose: "shown", eos: own.merged } as const] : []),
    ...(others ? [{ whose: "other", eos: others } as const] : []),
  ];
}

/** After the guard, else of the set as it was measured last. */
function measuredEos(
  record: MeasurementRecord,
  set: string | undefined,
): { readonly base: EosHealth | undefined; readonly merged: EosHealth | undefined } {
  const report = record.watched?.report;
  if (report) return { base: report.base.eos, merged: report.end.eos };
  const measured = chosenSet(latestSets(record), set);
  return { base: measured?.base?.eos, merged: measured?.merged.eos };
}
