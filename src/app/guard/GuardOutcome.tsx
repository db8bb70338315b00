import { Button } from "@mantine/core";
import { IconAlertTriangle, IconArrowBackUp, IconCircleCheck } from "@tabler/icons-react";
import type { GuardReport, GuardStage } from "../../eval/types";
import { shownRecord } from "../../state/measuring/chartView";
import { endingOf, type GuardEnding } from "../../state/measuring/guard";
import { isOutdated } from "../../state/measuring/records";
import { isRunning } from "../../state/runs/run";
import { useCatalogue, useFormats, useStudio, useText } from "../context";
import { noteSentence } from "../i18n/failures";
import { FactList } from "../parts/FactList";
import { Figure } from "../parts/Figure";
import { groupName } from "../parts/groupName";
import { Section } from "../parts/Panel";
import classes from "./Guard.module.css";

/** What the guard saw of the run that is shown, what it did about it, and the recipe that came out. */
export default function GuardOutcome() {
  const t = useText();
  const record = useStudio(shownRecord);
  const recipe = useStudio((state) => state.recipe.present);
  const loadRecipe = useStudio((state) => state.loadRecipe);
  const running = useStudio((state) => isRunning(state.run));
  const catalogue = useCatalogue();
  const report = record?.watched?.report;
  if (!record || !report) return null;
  const written = record.result !== undefined || running;
  const outdated = isOutdated(recipe, record) ? t.run.outdated : undefined;
  const better = ["changed", "base"].includes(endingOf(report));
  const used = recipe === report.recipe;
  return (
    <Section
      title={t.guard.outcome}
      aside={<span className={classes.quiet}>{written ? record.name : t.history.notWritten}</span>}
      region
      outdated={outdated}
    >
      <Verdict report={report} />
      {report.limit && <p className={classes.used}>{noteSentence(report.limit, catalogue)}</p>}
      <Changes report={report} />
      <EndFacts report={report} />
      {better &&
        (used ? (
          <p className={classes.used}>{t.guard.recipeUsed}</p>
        ) : (
          <Button
            mt={8}
            variant="default"
            leftSection={<IconArrowBackUp size={14} />}
            onClick={() => loadRecipe({ text: report.recipe, name: record.name })}
          >
            {t.guard.useRecipe}
          </Button>
        ))}
    </Section>
  );
}

const TONES = {
  incurable: "bad",
  stopped: "bad",
  "not-finite": "bad",
  base: "bad",
  changed: "warn",
  warned: "warn",
  kept: "ok",
} as const satisfies Record<GuardEnding, string>;

function Verdict({ report }: { readonly report: GuardReport }) {
  const t = useText();
  const formats = useFormats();
  const ending = endingOf(report);
  const whole = report.limit !== undefined;
  const strengths = Object.values(report.strengths);
  const sentences: Readonly<Record<GuardEnding, string>> = {
    incurable: t.guard.incurable,
    stopped: t.guard.stopped,
    "not-finite": t.guard.notFinite,
    base: t.guard.base,
    changed: strengths.every((strength) => strength === 0)
      ? t.guard.takenBack(strengths.length)
      : t.guard.changed(strengths.length),
    warned: whole
      ? t.guard.wholeWarned(formats.measure(report.end.relative.ratio))
      : t.guard.warned(warnedStages(report).length),
    kept: whole ? t.guard.wholeKept : t.guard.kept,
  };
  const Icon = TONES[ending] === "ok" ? IconCircleCheck : IconAlertTriangle;
  return (
    <p className={classes.verdict} data-tone={TONES[ending]}>
      <Icon size={15} aria-hidden />
      {sentences[ending]}
    </p>
  );
}

/** The groups that are not as the recipe wanted them, and tensors that are no numbers. */
function Changes({ report }: { readonly report: GuardReport }) {
  const t = useText();
  const formats = useFormats();
  const groups = new Map(report.stages.map((stage) => [stage.group.id, stage.group]));
  const incurable = endingOf(report) === "incurable";
  const changed = Object.entries(report.strengths).flatMap(([id, strength]) => {
    const group = groups.get(id);
    if (!group) return [];
    const name = groupName(group, t);
    return strength === 0 && !incurable
      ? [t.guard.rolledBackGroup(name)]
      : [t.guard.weakenedGroup(name, formats.number(strength))];
  });
  const warned = (report.limit ? [] : warnedStages(report)).map(
    ({ group }) => `${groupName(group, t)}: ${t.guard.verdicts.warned}`,
  );
  const broken = [
    ...new Set(
      report.stages.flatMap(({ drift }) => drift.flatMap(({ tensor, nonFinite }) => (nonFinite > 0 ? [tensor] : []))),
    ),
  ];
  const [first] = broken;
  const lines = [...changed, ...warned, ...(first === undefined ? [] : [t.guard.nonFinite(broken.length, first)])];
  if (lines.length === 0) return null;
  return (
    <ul className={classes.changes}>
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  );
}

function warnedStages({ stages }: GuardReport): GuardStage[] {
  return stages.filter(({ verdict }) => verdict === "warned");
}

/** The model as it will be written, in figures. */
function EndFacts({ report: { base, end } }: { readonly report: GuardReport }) {
  const t = useText();
  const formats = useFormats();
  const perplexity = (
    <>
      <Figure value={end.perplexity.tokenWeighted} /> · {t.measure.ofBase(formats.measure(base.perplexity))}
    </>
  );
  return (
    <FactList
      facts={[
        { label: t.measure.figures.perplexity, value: perplexity },
        { label: t.measure.figures.relative, value: <Figure value={end.relative.ratio} /> },
        { label: t.measure.figures.divergence, value: <Figure value={end.divergence.symmetric} /> },
      ]}
    />
  );
}
