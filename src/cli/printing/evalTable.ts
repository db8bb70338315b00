import type { Line } from "../../eval/defineMeasure";
import { klTable } from "../../eval/measures/klTable";
import { type Evaluation, MEASURES } from "../../eval/registry";
import type { PositionRule } from "../../eval/types";

/** What was measured, for people. */
export function evalTable(evaluation: Evaluation, positions: PositionRule): string {
  const table = klTable(evaluation);
  return [rows(evaluation, positions).map(row).join("\n"), ...(table === "" ? [] : ["", table.trimEnd()])].join("\n");
}

function rows(evaluation: Evaluation, positions: PositionRule): readonly Line[] {
  return [
    ["Prompt set", `${evaluation.set}, ${evaluation.tokens} tokens in ${evaluation.seconds.toFixed(1)} s`],
    ...MEASURES.flatMap((measure) => measure.lines(evaluation, { positions })),
  ];
}

function row([label, value]: Line): string {
  return `${label.padEnd(20)}${value}`;
}
