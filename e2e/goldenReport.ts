import { readFileSync } from "node:fs";
import { join } from "node:path";

const SAMPLES = join(import.meta.dirname, "golden/samples");

type Sets = Readonly<Record<"mixed" | "ja" | "math", number>>;

/** What transformers measured of a sample, or of a merge of samples that was never written. */
interface GoldenReport {
  readonly ppl: Sets;
  /** Symmetric KL with `llama-base` at the last eight positions. */
  readonly kl_sym_tail8: Sets;
  readonly accuracy_of_100: Readonly<Record<"ja" | "math" | "math_ja", number>>;
  readonly greedy: Readonly<
    Record<"ja" | "math" | "math_ja", readonly { readonly prompt: string; readonly text: string }[]>
  >;
}

const reports = JSON.parse(readFileSync(join(SAMPLES, "report.json"), "utf8")) as Record<string, GoldenReport>;

/** @throws for a name the report does not have */
export function goldenReport(name: string): GoldenReport {
  const report = reports[name];
  if (!report) throw new Error(`There is no ${name} in the report of the samples.`);
  return report;
}

/** A task arithmetic merge of the samples, kept in float32 as the report's are. */
export function taskArithmeticRecipe(weight: number): string {
  return `merge_method: task_arithmetic
base_model: llama-base
models:
  - model: llama-ja
    parameters: {weight: ${weight}}
  - model: llama-math
    parameters: {weight: ${weight}}
dtype: float32
`;
}

/** The report's name for it. */
export function taskArithmeticName(weight: string): string {
  return `task_arithmetic ja=${weight} math=${weight} (float32, not written)`;
}
