import { useMemo } from "react";
import { parseRecipe } from "../../recipe/parse/parse";
import type { ParsedRecipe } from "../../recipe/parse/recipe";
import { useStudio, useStudioStore } from "../context";
import { type RecipeChange, recipeChange } from "./recipeChange";

let last: { readonly text: string; readonly parsed: ParsedRecipe } | undefined;

/** Many components read one text: it is parsed once. */
function parsedOnce(text: string): ParsedRecipe {
  if (last?.text !== text) last = { text, parsed: parseRecipe(text) };
  return last.parsed;
}

/** The recipe as structure, and the ways to change its text. */
export function useRecipe(): ParsedRecipe & { readonly change: RecipeChange } {
  const studio = useStudioStore();
  const text = useStudio((state) => state.recipe.present);
  const change = useMemo(() => recipeChange(studio), [studio]);
  return { ...parsedOnce(text), change };
}

/** The method a text names, for lists. */
export function useMethodOf(text: string): string {
  return useMemo(() => parseRecipe(text).recipe?.method.value ?? "–", [text]);
}
