import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Measure } from "../../eval/defineMeasure";
import { type MeasureId, measuresFor } from "../../eval/registry";
import type { Prompt } from "../../eval/types";
import { parseRecipe } from "../../recipe/parse/parse";
import { type Problem, placed } from "../../recipe/problems/problem";
import { readSyntax } from "../../recipe/text/syntax";
import { studySaid } from "../../search/problems";
import { type Marked, readMarks } from "../../search/space/marks";
import { centreOf, openSearched } from "../../search/space/searched";
import { parseStudy } from "../../search/study/parseStudy";
import { partsOf } from "../../search/study/splits";
import { aimsOf, type Split, type Study } from "../../search/study/study";
import type { Surroundings } from "../command";
import { hasFolder } from "../input/findFolder";
import { type LocatedModel, locateModel, locateModels } from "../input/locateModels";
import { readPromptFile } from "../input/promptFile";
import { readTextFile } from "../input/textFile";
import { printProblems } from "../printing/problemLines";

/** A study with everything that its file names, as far as that is on this machine. */
export interface StudyFile {
  readonly study: Study;
  /** Of the study's file. */
  readonly text: string;
  /** With marks; its lines are those of the file it stands in. */
  readonly recipe: string;
  readonly marked: Marked;
  /** The file that the recipe stands in, and by how much it is indented there. */
  readonly place: { readonly file: string; readonly indent: number };
  readonly models: readonly LocatedModel[];
  /** Key of the recipe's base. */
  readonly base: string | undefined;
  readonly prompts: (file: string, split: Split) => readonly Prompt[];
  /** All of them, to be compared with those of a study that was begun. */
  readonly asked: readonly (readonly [file: string, prompts: readonly Prompt[]])[];
  /** Sentences on what cannot be right. */
  readonly warnings: readonly string[];
}

/** Shares of accuracies below which a search sees little: one standard error of 100 prompts is 5 points. */
const FEW_PROMPTS = 100;
/** Trials for each parameter. Source: reference/search.md 5. */
const TRIALS_EACH = 5;

/** @returns nothing when the study is wrong; what is wrong has been printed then */
export async function readStudy(
  file: string,
  around: Pick<Surroundings, "cwd" | "stderr">,
): Promise<StudyFile | undefined> {
  const { cwd, stderr } = around;
  const found = await readTextFile(file, cwd);
  if ("mistake" in found) {
    stderr.write(`${found.mistake}\n`);
    return undefined;
  }
  const parsed = parseStudy(found.text);
  const wrong = printProblems(file, parsed.problems, stderr);
  if (wrong || !parsed.study || !parsed.recipe) return undefined;
  const { study } = parsed;
  const near = await beside(file, cwd);
  const recipe = await recipeOf(parsed.recipe, file, near, around);
  if (!recipe) return undefined;
  const marked = readMarks(recipe.text);
  const problems = [...marked.problems, ...fitting(study, marked, recipe.text)];
  if (printProblems(recipe.file, moved(problems, recipe.indent), stderr)) return undefined;
  const located = await modelsOf(recipe.text, marked, study, cwd);
  if (printProblems(recipe.file, moved(located.problems, recipe.indent), stderr)) return undefined;
  const read = await promptsOf(study, near, around);
  if (!read) return undefined;
  return {
    study,
    text: found.text,
    recipe: recipe.text,
    marked,
    place: { file: recipe.file, indent: recipe.indent },
    models: located.models,
    base: located.base,
    ...read,
    warnings: warningsOn(study, marked, read.prompts),
  };
}

/** Files that a study names stand beside it; where there is none, from where the user stands. */
async function beside(file: string, cwd: string): Promise<(name: string) => Promise<string>> {
  const folder = dirname(resolve(cwd, file));
  return async (name) => {
    const path = resolve(folder, name);
    return (await stat(path).catch(() => undefined)) ? path : name;
  };
}

async function recipeOf(
  recipe: NonNullable<ReturnType<typeof parseStudy>["recipe"]>,
  file: string,
  near: (name: string) => Promise<string>,
  { cwd, stderr }: Pick<Surroundings, "cwd" | "stderr">,
): Promise<{ readonly text: string; readonly file: string; readonly indent: number } | undefined> {
  if (recipe.kind === "text") return { text: recipe.text, file, indent: recipe.indent };
  const path = await near(recipe.path);
  const found = await readTextFile(path, cwd);
  if (!("mistake" in found)) return { text: found.text, file: path, indent: 0 };
  stderr.write(`${found.mistake}\n`);
  return undefined;
}

/** Whether sampler and recipe go together. */
function fitting({ sampler }: Study, { space }: Marked, recipe: string): readonly Problem[] {
  const choice = space.find(({ kind }) => kind === "choice");
  if (sampler.choices || !choice) return [];
  const said = studySaid("study/sampler-choices", { sampler: sampler.id, name: choice.name });
  return [placed(said, { severity: "error", span: readSyntax(recipe).span(0, 0) })];
}

/** Problems of a recipe inside of a study, at their columns there. */
export function moved(problems: readonly Problem[], indent: number): readonly Problem[] {
  return problems.map((problem) =>
    problem.span ? { ...problem, span: { ...problem.span, column: problem.span.column + indent } } : problem,
  );
}

/** Every model that some choice names, and those that aims compare with. */
async function modelsOf(recipe: string, { space, choices }: Marked, study: Study, cwd: string) {
  const { searched } = openSearched(recipe, () => ({ problems: [] }));
  const models = new Map<string, LocatedModel>();
  const problems: Problem[] = [];
  let base: string | undefined;
  if (!searched) return { models: [], problems, base };
  const centre = centreOf(space);
  const points = [
    centre,
    ...space.flatMap((parameter, k) =>
      parameter.kind === "choice"
        ? (choices[k] ?? []).map((_, choice) => centre.map((value, at) => (at === k ? choice : value)))
        : [],
    ),
  ];
  for (const point of points) {
    const parsed = parseRecipe(searched.text(point), (name) => (hasFolder(name, cwd) ? name : undefined));
    const found = parsed.recipe ? await locateModels(parsed.recipe, cwd) : { models: [], problems: [] };
    base ??= parsed.recipe?.base?.key;
    for (const model of found.models) models.set(model.key, model);
    if (problems.length === 0) for (const problem of [...parsed.problems, ...found.problems]) problems.push(problem);
  }
  for (const aim of aimsOf(study)) {
    const key = aim.base ?? base;
    if (!aim.measure.base || (aim.base === undefined && base !== undefined)) continue;
    const model = key === undefined ? undefined : await locateModel({ path: key, key }, cwd);
    if (model) models.set(model.key, model);
    else problems.push(placed(studySaid("study/no-base", { measure: aim.measure.id }), { severity: "error" }));
  }
  return { models: [...models.values()], problems, base };
}

/** @returns nothing when a file cannot be used; why has been printed then */
async function promptsOf(
  study: Study,
  near: (name: string) => Promise<string>,
  around: Pick<Surroundings, "cwd" | "stderr">,
): Promise<Pick<StudyFile, "prompts" | "asked"> | undefined> {
  const asked = new Map<string, readonly Prompt[]>();
  const parts = new Map<string, Readonly<Record<Split, readonly Prompt[]>>>();
  for (const { prompts: file, measure } of aimsOf(study)) {
    const prompts = asked.get(file) ?? (await readPromptFile(await near(file), around))?.prompts;
    if (!prompts) return undefined;
    const usable = prompts.filter((prompt) => fits(measure.of, prompt));
    if (usable.length < prompts.length) {
      const reason = `${prompts.length - usable.length} of ${prompts.length} have no answer that ${measure.id} could compare with.`;
      around.stderr.write(`${studySaid("study/prompts", { file, reason }).message}\n`);
      return undefined;
    }
    asked.set(file, prompts);
    const split = partsOf(prompts, study.split, study.seed);
    if (!split) {
      const wanted = Object.values(study.split).filter((share) => share > 0).length;
      around.stderr.write(
        `${studySaid("study/few-prompts", { file, found: prompts.length, expected: wanted }).message}\n`,
      );
      return undefined;
    }
    parts.set(file, split);
  }
  return { prompts: (file, split) => parts.get(file)?.[split] ?? [], asked: [...asked] };
}

/** Whether a measure can do with a prompt. */
function fits(id: MeasureId, prompt: Prompt): boolean {
  return measuresFor([id], []).every(({ lacking, suits }: Measure) => !lacking || !suits || suits(prompt));
}

function warningsOn(study: Study, { space }: Marked, prompts: StudyFile["prompts"]): readonly string[] {
  const coarse = study.objectives.flatMap(({ measure, prompts: file }) => {
    const found = prompts(file, "search").length;
    if (!measure.share || found >= FEW_PROMPTS) return [];
    return [studySaid("study/coarse", { file, found, error: Math.round(50 / Math.sqrt(found)) }).message];
  });
  const expected = TRIALS_EACH * space.length;
  const facts = { found: space.length, trials: study.trials, expected };
  return [...new Set(coarse), ...(study.trials < expected ? [studySaid("study/many-parameters", facts).message] : [])];
}
