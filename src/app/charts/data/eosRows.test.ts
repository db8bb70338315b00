import { expect, it } from "vitest";
import type { EosHealth } from "../../../eval/types";
import { evaluationOf, watched as report } from "../../../state/engine.testing";
import type { MeasurementRecord } from "../../../state/measuring/records";
import { eosOf } from "./eosRows";
import type { ChartSource } from "./source";

const health = (medianRank: number): EosHealth => ({
  logProbability: -1,
  medianRank,
  premature: 0,
  perId: [],
  flagged: false,
});
const record: MeasurementRecord = { id: "a", name: "a", recipe: "", started: 0, device: "", measured: [] };

function guarded(base: number, merged: number): MeasurementRecord {
  const seen = { ...report, base: { ...report.base, eos: health(base) }, end: { ...report.end, eos: health(merged) } };
  return { ...record, watched: { cap: 2, stages: [], report: seen } };
}

function measured(merged: number, base?: number): MeasurementRecord {
  const own = { ...evaluationOf("a"), eos: health(merged) };
  const bases = base === undefined ? {} : { base: { ...evaluationOf("a"), eos: health(base) } };
  return { ...record, measured: [[{ set: "a", name: "a", merged: own, ...bases }]] };
}

it.each<[string, Pick<ChartSource, "shown" | "other">, readonly (readonly [string, number])[]]>([
  [
    "the base and the merge that the guard measured",
    { shown: guarded(1, 2), other: undefined },
    [
      ["base", 1],
      ["shown", 2],
    ],
  ],
  ["a merge whose base is not there yet", { shown: measured(3), other: undefined }, [["shown", 3]]],
  [
    "another run beside it, whose base is the same",
    { shown: measured(3, 1), other: guarded(1, 2) },
    [
      ["base", 1],
      ["shown", 3],
      ["other", 2],
    ],
  ],
])("rows of the end of text: %s", (_, source, rows) => {
  const view = {
    run: undefined,
    pinned: undefined,
    set: undefined,
    axis: "stage",
    spread: "quantiles",
    hidden: [],
  } as const;
  expect(eosOf({ ...source, view }).map(({ whose, eos }) => [whose, eos.medianRank])).toEqual(rows);
});
