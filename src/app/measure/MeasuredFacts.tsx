import { Progress } from "@mantine/core";
import { type Evaluation, figuresOf } from "../../eval/registry";
import { shownRecord } from "../../state/measuring/chartView";
import { isOutdated, latestSets, type MeasuredSet } from "../../state/measuring/records";
import { useFormats, useStudio, useText } from "../context";
import { type Fact, FactList } from "../parts/FactList";
import { FailureText } from "../parts/FailureText";
import { Section } from "../parts/Panel";
import { FigureText } from "./FigureText";
import classes from "./Measure.module.css";

/** Figures of the run that is shown, set by set, as it was measured last. */
export default function MeasuredFacts() {
  const t = useText();
  const measuring = useStudio((state) => state.measuring);
  const running = measuring.phase === "running";
  const record = useStudio(shownRecord);
  const sets = record ? latestSets(record) : [];
  const recipe = useStudio((state) => state.recipe.present);
  const outdated = !running && record && isOutdated(recipe, record) ? t.run.outdated : undefined;
  const guarding = useStudio((state) => state.guardProgress !== undefined);
  if (sets.length === 0 && (guarding || measuring.phase === "idle")) return null;
  const progress = running ? measuring.progress : undefined;
  return (
    <Section
      title={t.measure.title}
      aside={<span className={classes.quiet}>{record?.name}</span>}
      region
      busy={running}
      outdated={outdated}
    >
      {progress && (
        <Progress
          className={classes.progress}
          size={5}
          value={progress.total === 0 ? 0 : (100 * progress.done) / progress.total}
          aria-label={t.measure.progress}
          transitionDuration={100}
        />
      )}
      {measuring.phase === "failed" && (
        <>
          <strong>{t.measure.failed}</strong>
          <FailureText failure={measuring.failure} />
        </>
      )}
      {sets.map((set) => (
        <SetFacts key={set.set} measured={set} />
      ))}
    </Section>
  );
}

function SetFacts({ measured: { name, merged, base } }: { readonly measured: MeasuredSet }) {
  const t = useText();
  const formats = useFormats();
  return (
    <fieldset className={classes.set} aria-label={name}>
      <div className={classes.setHead}>
        <span className={classes.setName} title={name}>
          {name}
        </span>
        <span className={classes.quiet}>
          {t.measure.took(formats.count(merged.tokens), formats.duration(merged.seconds))}
        </span>
      </div>
      <FactList facts={useFacts(merged, base)} />
      {merged.otherTokens && (
        <p role="note" className={classes.quiet}>
          {t.measure.otherTokens(formats.count(merged.otherTokens.prompts), formats.count(merged.otherTokens.of))}
        </p>
      )}
    </fieldset>
  );
}

/** What all measures found, in figures. */
function useFacts(merged: Evaluation, base: Evaluation | undefined): Fact[] {
  const t = useText();
  return figuresOf(merged, base).map((figure) => ({
    label: t.measure.figures[figure.name],
    value: <FigureText figure={figure} />,
  }));
}
