import type { CommonArguments } from "../arguments";
import type { Surroundings } from "../command";

/** Prints what was made: as JSON on standard output where that was asked for, and for people. */
export function printReport(
  report: object,
  summary: readonly string[],
  { json, quiet }: Pick<CommonArguments, "json" | "quiet">,
  { stdout, stderr }: Pick<Surroundings, "stdout" | "stderr">,
): void {
  if (json) stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  if (!quiet) for (const line of summary) stderr.write(`${line}\n`);
}
