import { join } from "node:path";
import type { SearchedRecipe } from "../../search/space/searched";
import type { StudyResult } from "../../search/study/finish";
import { optunaJournal } from "../../search/study/optuna";
import type { Study } from "../../search/study/study";
import type { Scored } from "../../search/study/trial";
import { replaceFile } from "../machine/replaceFile";

/** What `best.json` says. */
export type BestFile = ReturnType<typeof bestFile>;

export interface Outcome {
  readonly study: Study;
  readonly searched: SearchedRecipe;
  readonly result: StudyResult;
  readonly remarks: readonly string[];
  readonly name: string;
  readonly device: string;
}

/** The chosen trial with its recipe, why it was chosen, and what it is worth. */
export function bestFile({ study, searched, result, remarks, device }: Outcome) {
  const { best, rule, validation, test } = result;
  return {
    trial: best.number,
    kind: best.kind,
    rule,
    recipe: recipeText(searched, best.point),
    params: best.params,
    values: valuesOf(best),
    constraints: best.constraints,
    validation: validation.map(({ trial, scored }) => ({ trial, state: scored.state, values: valuesOf(scored) })),
    ...(test && {
      test: {
        values: valuesOf(test.best),
        combined: study.combine ? { error: test.error } : undefined,
        others: test.others.map(({ name, scored }) => ({ name, state: scored.state, values: valuesOf(scored) })),
        comparisons: test.comparisons,
      },
    }),
    remarks,
    trials: result.trials.length,
    seed: study.seed,
    sampler: study.sampler.id,
    device,
  };
}

/** Without the empty lines that kept a recipe at its place in the study. */
export function recipeText(searched: SearchedRecipe, point: StudyResult["best"]["point"]): string {
  return `${searched.text(point).replace(/^\n+/, "").trimEnd()}\n`;
}

function valuesOf({ values }: Pick<Scored, "values">) {
  return Object.fromEntries(Object.entries(values).map(([name, { value, error }]) => [name, { value, error }]));
}

/** Writes what a study came to, each file whole. */
export async function writeOutcome(folder: string, outcome: Outcome): Promise<BestFile> {
  const { study, searched, result, name } = outcome;
  const best = bestFile(outcome);
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  await replaceFile(join(folder, "best.yaml"), best.recipe);
  if (result.front) {
    const { trials, reference, hypervolume } = result.front;
    const front = trials.map(({ trial, values }) => ({
      trial: trial.number,
      params: trial.params,
      values: valuesOf(trial),
      minimised: values,
    }));
    const objectives = study.objectives.map(({ name: called, goal }) => ({ name: called, goal }));
    await replaceFile(join(folder, "pareto.json"), json({ objectives, reference, hypervolume, front }));
  }
  let at = Date.UTC(2000, 0, 1); // trials are told apart by their order; when they were made says nothing of them
  const journal = optunaJournal(
    result.trials.filter(({ kind }) => kind !== "mean"),
    {
      name,
      study,
      space: searched.space,
      choicesOf: (parameter) => choicesOf(searched, parameter),
      timeOf: ({ seconds }) => {
        const start = new Date(at).toISOString().replace("Z", "000");
        at += Math.max(1, Math.round(1000 * seconds));
        return { start, complete: new Date(at).toISOString().replace("Z", "000") };
      },
    },
  );
  await replaceFile(join(folder, "optuna.journal"), journal);
  await replaceFile(join(folder, "best.json"), json(best));
  return best;
}

function choicesOf(
  { space, inRecipe }: SearchedRecipe,
  parameter: number,
): readonly (string | number | boolean | null)[] {
  const found = space[parameter];
  if (found?.kind !== "choice") return [];
  return Array.from({ length: found.choices }, (_, choice) => {
    const value = inRecipe(
      space.map((_each, k) => (k === parameter ? choice : null)),
      parameter,
    );
    return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
      ? value
      : JSON.stringify(value ?? null);
  });
}
