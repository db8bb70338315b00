import type { ModelKey } from "../engine/protocol/ids";
import type { Measure, PromptSet } from "../eval/types";
import { parseRecipe } from "../recipe/parse/parse";
import type { MeasurementRecord } from "./records";
import type { StudioState } from "./studio";

type Choosing = Pick<StudioState, "promptSets" | "report" | "models" | "language">;

/** The set to measure with where nobody chose one: the samples' own for recipes of samples, else the page's language. */
export function defaultSet(state: Choosing): PromptSet | undefined {
  const wanted = isSampleRecipe(state) ? "samples-mixed" : `general-${state.language}`;
  const sets = usableSets(state);
  return sets.find(({ id }) => id === wanted) ?? sets[0];
}

/** The sets that hold any prompt. */
export function usableSets({ promptSets }: Pick<StudioState, "promptSets">): PromptSet[] {
  return promptSets.flatMap(({ set }) => (set.prompts.length > 0 ? [set] : []));
}

/** Whether a recipe merges nothing but bundled samples. */
export function isSampleRecipe({ report, models }: Pick<StudioState, "report" | "models">): boolean {
  const samples = models.flatMap((model) =>
    model.status === "ready" && model.origin.kind === "sample" ? [model.summary.key] : [],
  );
  const keys = report?.plan?.models ?? [];
  return keys.length > 0 && keys.every((key) => samples.includes(key));
}

/** The sets that `measure` uses, in the list's order. */
export function setsToMeasure(state: Choosing & Pick<StudioState, "measureSets">): PromptSet[] {
  const chosen = state.measureSets ?? [defaultSet(state)?.id];
  return usableSets(state).filter(({ id }) => chosen.includes(id));
}

/** What a recipe is measured against: its base, else the first of its models. */
export function baseOf({ recipe, report }: Pick<StudioState, "recipe" | "report">): ModelKey | undefined {
  return parseRecipe(recipe.present).recipe?.base?.key ?? report?.plan?.models[0];
}

/** A record for the recipe as it stands, with nothing in it yet. */
export function newRecord({
  recipe,
  recipeName,
  device,
}: Pick<StudioState, "recipe" | "recipeName" | "device">): MeasurementRecord {
  return {
    id: crypto.randomUUID(),
    name: recipeName,
    recipe: recipe.present,
    started: Date.now(),
    device: device?.name ?? "",
    measured: [],
  };
}

/** What the sets allow; generation is too slow to follow a slider. */
export function measuresFor(sets: readonly PromptSet[], live: boolean): Measure[] {
  const prompts = sets.flatMap((known) => known.prompts);
  return [
    "perplexity",
    "divergence",
    "eos",
    ...(prompts.some(({ choices }) => choices) ? (["multiple-choice"] as const) : []),
    ...(!live && prompts.some(({ answer }) => answer !== undefined) ? (["exact-match", "generation"] as const) : []),
  ];
}
