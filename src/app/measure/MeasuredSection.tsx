import { lazy, Suspense } from "react";
import { shownRecord } from "../../state/measuring/chartView";
import { useStudio } from "../context";

const MeasuredFacts = lazy(() => import("./MeasuredFacts"));

/** The place of what was measured; empty until something is. */
export function MeasuredSection() {
  const measured = useStudio((state) => state.measuring.phase !== "idle" || shownRecord(state) !== undefined);
  return <Suspense>{measured && <MeasuredFacts />}</Suspense>;
}
