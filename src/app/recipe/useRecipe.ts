import { useMemo } from "react";
import { useShallow } from "zustand/react/shallow";
import { parseRecipe } from "../../recipe/parse/parse";
import type { ParsedRecipe } from "../../recipe/parse/recipe";
import { knownModels } from "../../recipe/parse/references";
import { modelNames } from "../../state/models/models";
import { useStudio, useStudioStore } from "../context";
import { type RecipeChange, recipeChange } from "./recipeChange";

let last: { readonly text: string; readonly names: string; readonly parsed: ParsedRecipe } | undefined;

/** Many components read one text: it is parsed once for the models in the list. */
function parsedOnce(text: string, models: readonly string[]): ParsedRecipe {
  const names = models.join("\n");
  if (last?.text !== text || last.names !== names) {
    last = { text, names, parsed: parseRecipe(text, knownModels(models)) };
  }
  return last.parsed;
}

/** The recipe as structure, and the ways to change its text. */
export function useRecipe(): ParsedRecipe & { readonly change: RecipeChange } {
  const studio = useStudioStore();
  const text = useStudio((state) => state.recipe.present);
  const models = useStudio(useShallow((state) => modelNames(state.models)));
  const change = useMemo(() => recipeChange(studio), [studio]);
  return { ...parsedOnce(text, models), change };
}

/** The method a text names, for lists. */
export function useMethodOf(text: string): string {
  return useMemo(() => parseRecipe(text).recipe?.method.value ?? "–", [text]);
}
