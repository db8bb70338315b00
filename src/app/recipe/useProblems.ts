import { useMemo } from "react";
import type { Problem } from "../../recipe/problems/problem";
import { standingProblems } from "../../state/recipe/plan";
import { useStudio } from "../context";

const NONE: readonly Problem[] = [];

/** What is wrong with the recipe that was checked last. */
export function useProblems(): readonly Problem[] {
  const problems = useStudio((state) => state.report?.problems) ?? NONE;
  const models = useStudio((state) => state.models);
  return useMemo(() => standingProblems(problems, models), [problems, models]);
}
