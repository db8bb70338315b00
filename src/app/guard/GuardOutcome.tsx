import { Button } from "@mantine/core";
import { IconAlertTriangle, IconArrowBackUp, IconCircleCheck } from "@tabler/icons-react";
import type { GuardReport, GuardStage } from "../../eval/types";
import { shownRecord } from "../../state/chartView";
import { useFormats, useStudio, useText } from "../context";
import { FactList } from "../parts/FactList";
import { Figure } from "../parts/Figure";
import { groupName } from "../parts/groupName";
import { Section } from "../parts/Panel";
import classes from "./Guard.module.css";

/** What the guard saw of the run that is shown, what it did about it, and the recipe that came out. */
export function GuardOutcome() {
  const t = useText();
  const record = useStudio(shownRecord);
  const recipe = useStudio((state) => state.recipe.present);
  const loadRecipe = useStudio((state) => state.loadRecipe);
  const report = record?.watched?.report;
  if (!record || !report) return null;
  const changed = Object.keys(report.strengths).length > 0;
  const used = recipe === report.recipe;
  return (
    <Section title={t.guard.outcome} region>
      <Verdict report={report} />
      <Changes report={report} />
      <EndFacts report={report} />
      {changed &&
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

function Verdict({ report }: { readonly report: GuardReport }) {
  const t = useText();
  const changes = Object.keys(report.strengths).length;
  const warned = warnedStages(report).length;
  const [tone, sentence] = report.stopped
    ? (["bad", t.guard.stopped] as const)
    : changes > 0
      ? (["warn", t.guard.changed(changes)] as const)
      : warned > 0
        ? (["warn", t.guard.warned(warned)] as const)
        : (["ok", t.guard.kept] as const);
  const Icon = tone === "ok" ? IconCircleCheck : IconAlertTriangle;
  return (
    <p className={classes.verdict} data-tone={tone}>
      <Icon size={15} aria-hidden />
      {sentence}
    </p>
  );
}

/** The groups that are not as the recipe wanted them, and tensors that are no numbers. */
function Changes({ report }: { readonly report: GuardReport }) {
  const t = useText();
  const formats = useFormats();
  const groups = new Map(report.stages.map((stage) => [stage.group.id, stage.group]));
  const changed = Object.entries(report.strengths).flatMap(([id, strength]) => {
    const group = groups.get(id);
    if (!group) return [];
    const name = groupName(group, t);
    return strength === 0 ? [t.guard.rolledBackGroup(name)] : [t.guard.weakenedGroup(name, formats.number(strength))];
  });
  const warned = warnedStages(report).map(({ group }) => `${groupName(group, t)}: ${t.guard.verdicts.warned}`);
  const broken = new Set(
    report.stages.flatMap(({ drift }) => drift.filter(({ nonFinite }) => nonFinite > 0).map(({ tensor }) => tensor)),
  );
  const lines = [...changed, ...warned, ...(broken.size > 0 ? [t.guard.nonFinite(broken.size)] : [])];
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
        { label: t.measure.perplexity, value: perplexity },
        { label: t.measure.relative, value: <Figure value={end.relative.ratio} /> },
        { label: t.measure.divergence, value: <Figure value={end.divergence.symmetric} /> },
      ]}
    />
  );
}
