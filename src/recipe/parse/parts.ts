import type { ModelItem, Recipe, RecipePart, SliceItem } from "./recipe";

/** The recipe itself, then its modules: all places where models, slices and parameters can stand. */
export function partsOf(recipe: Recipe): readonly RecipePart[] {
  return [recipe, ...recipe.modules];
}

/** All slices, of whichever module. */
export function slicesOf(recipe: Recipe): readonly SliceItem[] {
  return partsOf(recipe).flatMap(({ slices }) => slices);
}

/** Every entry that names a model which goes into the output, in document order. */
export function entriesOf(recipe: Recipe): readonly ModelItem[] {
  return partsOf(recipe).flatMap(({ models, slices }) => [...models, ...slices.flatMap(({ sources }) => sources)]);
}
