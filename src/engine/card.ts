import type { MergePlan } from "../recipe/plan";
import type { RunRecord } from "./journal";
import type { OutputFile } from "./protocol";

export function cardText(record: RunRecord, plan: MergePlan, weights: readonly OutputFile[]): string {
  return `${record.options.name} ${plan.method} ${weights.map(({ sha256 }) => sha256).join()}`;
}
