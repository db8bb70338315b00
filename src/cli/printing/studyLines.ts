import { own } from "../../base/own";
import type { Difference } from "../../search/study/compare";
import { combinedError } from "../../search/study/compare";
import type { StudyResult } from "../../search/study/finish";
import type { Study } from "../../search/study/study";
import { objectiveValues, type Scored, type Trial } from "../../search/study/trial";

/** A trial, in a line. */
export function trialLine(study: Study, trial: Trial): string {
  const name = trial.name ?? (trial.kind === "mean" ? "mean" : "");
  return [`trial ${trial.number}`, ...(name === "" ? [] : [name]), said(study, trial)].join("  ");
}

/** What a candidate got, or why it got nothing. */
function said(study: Study, scored: Scored): string {
  if (scored.state !== "complete") return scored.reason ?? scored.state;
  const values = study.objectives.map(({ name }) => `${name} ${shown(own(scored.values, name)?.value)}`);
  const combined = study.combine ? [`mean ${shown(combinedOf(study, scored))}`] : [];
  return [...combined, ...values].join("  ");
}

/** As it is read: high is good where it is so for the objectives. */
export function combinedOf(study: Study, scored: Scored): number | undefined {
  const value = objectiveValues(study, scored)?.[0];
  return value === undefined ? undefined : study.objectives[0]?.goal === "high" ? -value : value;
}

/** What a study came to, for people. */
export function studyTable(study: Study, { best, rule, validation, test, trials }: StudyResult): string {
  const lines = [`Best of ${trials.length} trials: ${trialLine(study, best)}`, `Chosen as ${rule}.`];
  for (const [name, value] of Object.entries(best.params))
    lines.push(`  ${name}: ${typeof value === "number" ? shown(value) : JSON.stringify(value)}`);
  const checked = validation.find(({ trial }) => trial === best.number);
  if (checked) lines.push(`On validation prompts: ${said(study, checked.scored)}`);
  if (test) {
    const error = study.combine ? combinedError(study, test.best) : null;
    lines.push(`On test prompts: ${said(study, test.best)}${error === null ? "" : `  (mean ± ${shown(error)})`}`);
    for (const [k, { name, scored }] of test.others.entries()) {
      const comparison = test.comparisons[k];
      const verdict = comparison?.combined ?? Object.values(comparison?.objectives ?? {})[0];
      lines.push(`  ${name}: ${said(study, scored)}${verdict ? `  → ${judgement(verdict)}` : ""}`);
    }
  }
  return lines.join("\n");
}

function judgement({ difference, error, verdict }: Difference): string {
  const by = `${shown(difference)}${error === null ? "" : ` ± ${shown(error)}`}`;
  return verdict === "cannot be told apart" ? `cannot be told apart (${by})` : `the best is ${verdict} by ${by}`;
}

function shown(value: number | undefined): string {
  return value === undefined ? "?" : String(Number(value.toPrecision(4)));
}
