import type { Accuracy } from "../types";

/* How numbers are written in lines of a report. */

/** Without an error where one prompt, which has no spread, is all there is. */
export function plusMinus(value: number, error: number): string {
  return `${value.toPrecision(6)}${Number.isFinite(error) ? ` ± ${Number(error.toPrecision(2))}` : ""}`;
}

export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(3)}`;
}

export function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}

export function count({ correct, total, standardError }: Accuracy): string {
  const error = Number.isFinite(standardError) ? ` ± ${percent(standardError)}` : "";
  return `${correct} of ${total} (${percent(correct / total)}${error})`;
}
