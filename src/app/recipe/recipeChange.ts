import type { Problem } from "../../recipe/problems/problem";
import {
  addModel,
  type ModelPlace,
  removeModel,
  setBase,
  setDType,
  setMethod,
  setOutDType,
  setParameter,
} from "../../recipe/text/edit/edit";
import { setPadding, setTemplate, setTokenizer } from "../../recipe/text/edit/editTokenizer";
import type { Tuning } from "../../state/recipe/recipe";
import type { Studio } from "../../state/studio";

type Place = Tuning["place"];

/**
 * What the form does to the recipe's text. Numbers tick while they are typed and leave their undo step open for a
 * mark; everything else is a step of its own. `undefined` takes a key out of the text.
 */
export interface RecipeChange {
  setMethod(id: string): void;
  setBase(key: string | undefined): void;
  /** `bfloat16`, `float16`, `float32` */
  setDType(name: string | undefined): void;
  setOutDType(name: string | undefined): void;
  /** `union`, `base` or a model. */
  setTokenizer(source: string | undefined): void;
  setPadding(step: number | undefined): void;
  /** `auto` or a name. */
  setTemplate(template: string | undefined): void;
  addModel(key: string, module?: string): void;
  removeModel(place: ModelPlace): void;
  setParameter(place: Place, name: string, value: number | boolean | undefined): void;
  /** A slider's movement, written when it is marked. */
  tune(place: Place, name: string, value: number): void;
  apply(fix: NonNullable<Problem["fix"]>): void;
}

export function recipeChange(studio: Studio): RecipeChange {
  const tick = (change: (text: string) => string) => {
    const { recipe, editRecipe } = studio.getState();
    editRecipe(change(recipe.present));
  };
  const step = (change: (text: string) => string) => {
    studio.getState().markRecipe();
    tick(change);
    studio.getState().markRecipe();
  };
  return {
    setMethod: (id) => step((text) => setMethod(text, id)),
    setBase: (key) => step((text) => setBase(text, key)),
    setDType: (name) => step((text) => setDType(text, name)),
    setOutDType: (name) => step((text) => setOutDType(text, name)),
    setTokenizer: (source) => step((text) => setTokenizer(text, source)),
    setPadding: (rows) => tick((text) => setPadding(text, rows)),
    setTemplate: (template) => step((text) => setTemplate(text, template)),
    addModel: (key, module) => step((text) => addModel(text, key, module)),
    removeModel: (place) => step((text) => removeModel(text, place)),
    tune: (place, name, value) => studio.getState().tuneRecipe({ place, name, value }),
    setParameter: (place, name, value) => tick((text) => setParameter(text, place, name, value)),
    apply: ({ from, to, insert }) => step((text) => text.slice(0, from) + insert + text.slice(to)),
  };
}
