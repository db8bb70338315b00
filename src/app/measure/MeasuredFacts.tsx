import { Progress } from "@mantine/core";
import type { Accuracy, Evaluation } from "../../eval/types";
import { shownRecord } from "../../state/measuring/chartView";
import { isOutdated, latestSets, type MeasuredSet } from "../../state/measuring/records";
import { useFormats, useStudio, useText } from "../context";
import { type Fact, FactList } from "../parts/FactList";
import { FailureText } from "../parts/FailureText";
import { Figure } from "../parts/Figure";
import { Section } from "../parts/Panel";
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

function useFacts(merged: Evaluation, base: Evaluation | undefined): Fact[] {
  const t = useText();
  const formats = useFormats();
  const { perplexity, relative, divergence, eos, generation, exactMatch, multipleChoice } = merged;
  // One prompt has no spread, and so no error.
  const plusMinus = (error: number) => (Number.isFinite(error) ? `± ${formats.number(error)}` : "");
  const accuracy = (label: string, { correct, total, standardError }: Accuracy, of: Accuracy | undefined): Fact => ({
    label,
    value: (
      <>
        <data value={String(correct)}>{t.measure.ofTotal(formats.count(correct), formats.count(total))}</data>{" "}
        <span className={classes.quiet}>
          {[
            ...(Number.isFinite(standardError) ? [`± ${formats.percent(standardError)}`] : []),
            ...(of ? [t.measure.ofBase(formats.count(of.correct))] : []),
          ].join(" · ")}
        </span>
      </>
    ),
  });
  return [
    ...(perplexity
      ? [
          {
            label: t.measure.perplexity,
            value: (
              <>
                <Figure value={perplexity.tokenWeighted} />{" "}
                {base?.perplexity && (
                  <span className={classes.quiet}>
                    {t.measure.ofBase(formats.measure(base.perplexity.tokenWeighted))}
                  </span>
                )}
              </>
            ),
          },
        ]
      : []),
    ...(relative
      ? [
          {
            label: t.measure.relative,
            value: (
              <>
                <Figure value={relative.ratio} />{" "}
                <span className={classes.quiet} {...(isTie(relative) && { title: t.measure.tie })}>
                  {plusMinus(relative.ratio * relative.standardError)}
                  {isTie(relative) && " ≈"}
                </span>
              </>
            ),
          },
        ]
      : []),
    ...(perplexity ? [{ label: t.measure.bits, value: <Figure value={perplexity.bitsPerByte} /> }] : []),
    ...(divergence
      ? [
          {
            label: t.measure.divergence,
            value: (
              <>
                <Figure value={divergence.symmetric} />{" "}
                <span
                  className={classes.quiet}
                  {...(divergence.mode.kind === "top-k" && {
                    title: t.measure.restMass(formats.percent(divergence.mode.restMass)),
                  })}
                >
                  {plusMinus(divergence.standardError)}
                </span>
              </>
            ),
          },
          { label: t.measure.worst, value: <Figure value={divergence.quantiles.q99} /> },
          {
            label: t.measure.sameTop,
            value: <data value={String(divergence.sameTop)}>{formats.percent(divergence.sameTop)}</data>,
          },
        ]
      : []),
    ...(eos
      ? [
          {
            label: t.measure.eos,
            value: (
              <>
                {t.measure.eosRank(formats.number(eos.medianRank))} ·{" "}
                <span className={eos.flagged ? classes.flagged : classes.healthy}>
                  {eos.flagged ? t.measure.eosFlagged : t.measure.eosHealthy}
                </span>
              </>
            ),
          },
        ]
      : []),
    ...(multipleChoice ? [accuracy(t.measure.choices, multipleChoice.acc, base?.multipleChoice?.acc)] : []),
    ...(exactMatch ? [accuracy(t.measure.exact, exactMatch, base?.exactMatch)] : []),
    ...(generation ? [{ label: t.measure.runaway, value: formats.percent(generation.runaway) }] : []),
  ];
}

/** Whether a difference is within two standard errors of none. */
function isTie({ ln, standardError }: { readonly ln: number; readonly standardError: number }): boolean {
  return Math.abs(ln) < 2 * standardError;
}
