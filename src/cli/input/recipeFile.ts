import { parseRecipe } from "../../recipe/parse/parse";
import type { Recipe } from "../../recipe/parse/recipe";
import type { Surroundings } from "../command";
import { printProblems } from "../printing/problemLines";
import { hasFolder } from "./findFolder";
import { type LocatedModel, locateModels } from "./locateModels";
import { readTextFile } from "./textFile";

/** A recipe without a mistake that can be seen before its models are opened. */
export interface RecipeFile {
  readonly text: string;
  readonly recipe: Recipe;
  /** The models it names. */
  readonly models: readonly LocatedModel[];
}

/** @returns nothing when it is wrong; what is wrong has been printed then. Its warnings come with the plan's. */
export async function readRecipeFile(
  file: string,
  { cwd, stderr }: Pick<Surroundings, "cwd" | "stderr">,
): Promise<RecipeFile | undefined> {
  const found = await readTextFile(file, cwd);
  if ("mistake" in found) {
    stderr.write(`${found.mistake}\n`);
    return undefined;
  }
  const { text } = found;
  const { recipe, problems } = parseRecipe(text, (name) => (hasFolder(name, cwd) ? name : undefined));
  const { models, problems: missing } = recipe ? await locateModels(recipe, cwd) : { models: [], problems: [] };
  const all = [...problems, ...missing];
  if (recipe && all.every(({ severity }) => severity !== "error")) return { text, recipe, models };
  printProblems(file, all, stderr);
  return undefined;
}
