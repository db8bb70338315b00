import type { PromptSet } from "../../eval/types";
import type { EngineSlice } from "../engine";
import type { ModelsSlice } from "../models/models";
import type { PromptSetsSlice } from "../prompts/promptSets";
import type { PlanSlice } from "../recipe/plan";
import type { RecipeSlice } from "../recipe/recipe";
import type { SettingsSlice } from "../settings";
import type { MeasurementRecord } from "./records";

type Choosing = Pick<
  PromptSetsSlice & PlanSlice & ModelsSlice & SettingsSlice,
  "promptSets" | "report" | "models" | "language"
>;

/** The set to measure with where nobody chose one: the samples' own for recipes of samples, else the page's language. */
export function defaultSet(state: Choosing): PromptSet | undefined {
  const wanted = isSampleRecipe(state) ? "samples-mixed" : `general-${state.language}`;
  const sets = usableSets(state);
  return sets.find(({ id }) => id === wanted) ?? sets[0];
}

/** The sets that hold any prompt. */
export function usableSets({ promptSets }: Pick<PromptSetsSlice, "promptSets">): PromptSet[] {
  return promptSets.flatMap(({ set }) => (set.prompts.length > 0 ? [set] : []));
}

/** Whether a recipe merges nothing but bundled samples. */
export function isSampleRecipe({ report, models }: Pick<PlanSlice & ModelsSlice, "report" | "models">): boolean {
  const samples = models.flatMap((model) =>
    model.status === "ready" && model.origin.kind === "sample" ? [model.summary.key] : [],
  );
  const keys = report?.plan?.models ?? [];
  return keys.length > 0 && keys.every((key) => samples.includes(key));
}

/** The sets that `measure` uses, in the list's order. */
export function setsToMeasure(state: Choosing & { readonly measureSets: readonly string[] | undefined }): PromptSet[] {
  const chosen = state.measureSets ?? [defaultSet(state)?.id];
  return usableSets(state).filter(({ id }) => chosen.includes(id));
}

/** A record for the recipe as it stands, with nothing in it yet. */
export function newRecord({
  recipe,
  recipeName,
  device,
}: Pick<RecipeSlice & EngineSlice, "recipe" | "recipeName" | "device">): MeasurementRecord {
  return {
    id: crypto.randomUUID(),
    name: recipeName,
    recipe: recipe.present,
    started: Date.now(),
    device: device?.name ?? "",
    measured: [],
  };
}
