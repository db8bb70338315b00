import { useMemo } from "react";
import type { ParsedRecipe } from "../../recipe/parse/recipe";
import { parsedRecipe } from "../../state/recipe/parsed";
import { useStudio, useStudioStore } from "../context";
import { type RecipeChange, recipeChange } from "./recipeChange";

/** The recipe as structure, and the ways to change its text. */
export function useRecipe(): ParsedRecipe & { readonly change: RecipeChange } {
  const studio = useStudioStore();
  const parsed = useStudio((state) => parsedRecipe(state.recipe.present, state.models));
  const change = useMemo(() => recipeChange(studio), [studio]);
  return { ...parsed, change };
}

/** The method a text names, for lists. */
export function useMethodOf(text: string): string {
  const models = useStudio((state) => state.models);
  return useMemo(() => parsedRecipe(text, models).recipe?.method.value ?? "–", [text, models]);
}
