import { lazy, Suspense } from "react";
import { shownRecord } from "../../state/measuring/chartView";
import { isBeingMeasured } from "../../state/measuring/evaluation";
import { isOutdated } from "../../state/measuring/records";
import { useStudio, useText } from "../context";
import { Section } from "../parts/Panel";
import classes from "./Charts.module.css";

const Charts = lazy(() => import("./Charts"));

/** The charts' place in the run panel; empty until something has been measured. */
export function ChartsSection() {
  const t = useText();
  const record = useStudio(shownRecord);
  const outdated = useStudio(
    (state) => record && !isBeingMeasured(state, record) && isOutdated(state.recipe.present, record),
  );
  if (!record) return null;
  return (
    <Section title={t.charts.title} region outdated={outdated ? t.run.outdated : undefined}>
      <Suspense fallback={<p className={classes.loading}>{t.charts.loading}</p>}>
        <Charts />
      </Suspense>
    </Section>
  );
}
