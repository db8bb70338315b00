import { lazy, Suspense } from "react";
import { shownRecord } from "../../state/chartView";
import { useStudio, useText } from "../context";
import { Section } from "../parts/Panel";
import classes from "./Charts.module.css";

const Charts = lazy(() => import("./Charts"));

/** The charts' place in the run panel; empty until something has been measured. */
export function ChartsSection() {
  const t = useText();
  const any = useStudio((state) => shownRecord(state) !== undefined);
  if (!any) return null;
  return (
    <Section title={t.charts.title} region>
      <Suspense fallback={<p className={classes.loading}>{t.charts.loading}</p>}>
        <Charts />
      </Suspense>
    </Section>
  );
}
