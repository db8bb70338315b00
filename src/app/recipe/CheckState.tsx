import { IconAlertTriangle, IconCircleCheck, IconCircleX } from "@tabler/icons-react";
import { canMerge } from "../../state/recipe/plan";
import { useStudio, useText } from "../context";
import classes from "./RecipePanel.module.css";
import { useProblems } from "./useProblems";

/** One glance: can it be merged? Announced to screen readers when it changes. */
export function CheckState() {
  const t = useText();
  const problems = useProblems();
  const checking = useStudio((state) => state.checking);
  const ready = useStudio(canMerge);
  const errors = problems.filter(({ severity }) => severity === "error").length;
  const warnings = problems.filter(({ severity }) => severity === "warning").length;
  const failed = useStudio((state) => state.engineFailure !== undefined || state.checkFailure !== undefined);
  if (failed) return null;
  const state = errors > 0 ? "bad" : ready ? (warnings > 0 ? "warn" : "ok") : "checking";
  return (
    <output className={classes.check} data-state={state} aria-busy={checking}>
      {state === "bad" && (
        <>
          <IconCircleX size={14} aria-hidden /> {t.plan.errors(errors)}
        </>
      )}
      {state === "warn" && (
        <>
          <IconAlertTriangle size={14} aria-hidden /> {t.plan.warnings(warnings)}
        </>
      )}
      {state === "ok" && (
        <>
          <IconCircleCheck size={14} aria-hidden /> {t.plan.ready}
        </>
      )}
      {state === "checking" && t.plan.checking}
    </output>
  );
}
