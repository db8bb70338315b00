import type { Subject } from "../../engine/protocol/evalProtocol";
import type { Session } from "../../engine/session";
import type { Surroundings } from "../command";
import { printProblems } from "../printing/problemLines";
import { findModel } from "./findModel";
import type { LocatedModel } from "./locateModels";
import { readRecipeFile } from "./recipeFile";

export interface FoundSubject {
  readonly subject: Subject;
  readonly models: readonly LocatedModel[];
}

/**
 * What a command line names: what ends in .yaml or .yml is a recipe, all else a model.
 * @returns nothing when there is none; what is wrong has been printed then
 */
export async function findSubject(
  text: string,
  seed: number | undefined,
  around: Surroundings,
): Promise<FoundSubject | undefined> {
  if (!/\.ya?ml$/i.test(text)) {
    const found = await findModel(text, around);
    return found && { subject: { kind: "model", key: found.key }, models: found.models };
  }
  const found = await readRecipeFile(text, around);
  if (!found) return undefined;
  const { text: recipe, models } = found;
  return { subject: { kind: "recipe", recipe, seed: seed ?? found.recipe.extras.seed ?? 0 }, models };
}

/** Whether a recipe has a plan; what is wrong with it is printed. */
export async function isSound(
  session: Session,
  subject: Subject,
  file: string,
  { stderr }: Surroundings,
): Promise<boolean> {
  if (subject.kind === "model") return true;
  const { problems } = await session.check(subject.recipe, subject.seed);
  return !printProblems(file, problems, stderr);
}
