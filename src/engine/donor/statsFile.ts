import type { MergePlan } from "../../recipe/plan/plan";
import type { LendingOutcome } from "./lendingOutcome";

/** Told beside a model to which a donor lent rows: how they fit, what was measured, what was taken back. */
export const STATS_FILE = "stats.json";

/** With the file that tells of a donor's rows among those that are written. */
export function withStats(plan: MergePlan, lent: LendingOutcome | undefined): MergePlan {
  if (!plan.donor) return plan;
  const others = plan.sideFiles.filter(({ path }) => path !== STATS_FILE);
  const text = lent ? `${JSON.stringify(lent.stats, null, 1)}\n` : "";
  return { ...plan, sideFiles: [...others, { path: STATS_FILE, kind: "text", text }] };
}
