import type { Strengths } from "../../align/lender";
import type { DonorStats } from "../../align/stats";
import type { GuardReport } from "../../eval/types";

/** What was decided about a donor's rows before the first byte was written: a run that goes on is not measured again. */
export interface LendingOutcome {
  readonly strengths: Strengths;
  readonly stats: DonorStats;
  /** Absent where nothing was measured. */
  readonly guard?: GuardReport;
}
