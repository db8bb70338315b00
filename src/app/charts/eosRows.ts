import type { EosHealth } from "../../eval/types";
import { latestSets, type MeasurementRecord } from "../../state/records";
import { chosenSet } from "./points";
import type { ChartSource } from "./source";

export interface EosRow {
  readonly whose: "base" | "shown" | "other";
  readonly eos: EosHealth;
}

/** End-token health of the base, of the run and of the one beside it, as far as they were measured. */
export function eosOf({ shown, other, view }: ChartSource): EosRow[] {
  const base = chosenSet(latestSets(shown), view.set)?.base?.eos;
  const own = mergedEos(shown, view.set);
  const others = other && mergedEos(other, view.set);
  return [
    ...(base && own ? [{ whose: "base", eos: base } as const] : []),
    ...(own ? [{ whose: "shown", eos: own } as const] : []),
    ...(others ? [{ whose: "other", eos: others } as const] : []),
  ];
}

function mergedEos(record: MeasurementRecord, set: string | undefined): EosHealth | undefined {
  return record.watched?.report?.end.eos ?? chosenSet(latestSets(record), set)?.merged.eos;
}
