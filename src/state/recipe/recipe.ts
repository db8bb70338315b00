import { readExtras, writeExtras } from "../../recipe/parse/extras";
import type { Extras } from "../../recipe/parse/recipe";
import { type ModelPlace, setParameter } from "../../recipe/text/edit/edit";
import { readSyntax } from "../../recipe/text/syntax";
import type { Language } from "../settings";
import type { Slice } from "../slice";
import { edit, type History, historyOf, mark, redo, undo } from "./history";

/** A parameter whose slider is on its way: where in the recipe it stands, and where the slider is. */
export interface Tuning {
  readonly place: "recipe" | ModelPlace;
  readonly name: string;
  readonly value: number;
}

/** The recipe being worked on. Its YAML text is the truth; form and editor are two views of it. */
export interface RecipeSlice {
  readonly recipe: History;
  readonly recipeName: string;
  /** Not in the text yet: while a slider moves nothing is written, read or planned. */
  readonly tuning: Tuning | undefined;
  /** One tick of an edit: a keystroke. */
  editRecipe(text: string): void;
  /** A slider's movement; its end is a mark. */
  tuneRecipe(tuning: Tuning): void;
  /** Ends the undo step: a slider let go, which is written now, or a pause in typing. */
  markRecipe(): void;
  /** Replaces the whole recipe as one undo step. */
  loadRecipe(loaded: { text: string; name: string }): void;
  renameRecipe(name: string): void;
  /** Writes the seed into the recipe's `# awase:` block, where it travels with the text. */
  setSeed(seed: number): void;
  undo(): void;
  redo(): void;
}

/** What the first visit finds: the bundled samples' own merge. */
export function starterRecipe(language: Language): string {
  const comment = {
    en: ["Two fine-tunes of one base, brought together.", "Each weight scales what its model learned."],
    ja: ["ひとつのベースから育った二つのモデルを合わせます。", "weight は、それぞれが学んだ差分の強さです。"],
  }[language];
  return `# ${comment[0]}
# ${comment[1]}
merge_method: task_arithmetic
base_model: llama-base
models:
  - model: llama-ja
    parameters:
      weight: 0.5
  - model: llama-math
    parameters:
      weight: 0.5
dtype: float32
out_dtype: bfloat16
`;
}

/** Lines end as the editor ends them: problems and their fixes are places in the text that both must count alike. */
function withPlainLines(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** What random masks are keyed by; 0 where the recipe says nothing. */
export function seedOf(text: string): number {
  return extrasOf(text).seed ?? 0;
}

function withSeed(text: string, seed: number): string {
  const { revisions } = extrasOf(text);
  return writeExtras(text, { ...(seed !== 0 && { seed }), revisions });
}

/** The text with the commits of its Hub models pinned, so that it merges the same bytes elsewhere. */
export function withRevisions(text: string, pinned: Readonly<Record<string, string>>): string {
  const extras = extrasOf(text);
  return writeExtras(text, { ...extras, revisions: { ...extras.revisions, ...pinned } });
}

function extrasOf(text: string): Extras {
  return readExtras(text, readSyntax(text)).extras;
}

/** With what a slider says, as a step of its own. */
function tuned(recipe: History, tuning: Tuning | undefined): History {
  if (!tuning) return recipe;
  return edit(mark(recipe), setParameter(recipe.present, tuning.place, tuning.name, tuning.value));
}

export const STARTER_NAME = "llama-ja-math";

export const createRecipeSlice: Slice<RecipeSlice> = (set) => ({
  recipe: historyOf(starterRecipe("en")),
  recipeName: STARTER_NAME,
  tuning: undefined,
  editRecipe: (text) => set(({ recipe }) => ({ recipe: edit(recipe, text), tuning: undefined })),
  tuneRecipe: (tuning) => set({ tuning }),
  markRecipe: () => set(({ recipe, tuning }) => ({ recipe: mark(tuned(recipe, tuning)), tuning: undefined })),
  loadRecipe: ({ text, name }) =>
    set(({ recipe, tuning }) => ({
      recipe: mark(edit(mark(tuned(recipe, tuning)), withPlainLines(text))),
      recipeName: name,
      tuning: undefined,
    })),
  renameRecipe: (recipeName) => set({ recipeName }),
  setSeed: (seed) => set(({ recipe }) => ({ recipe: edit(recipe, withSeed(recipe.present, seed)), tuning: undefined })),
  undo: () => set(({ recipe, tuning }) => ({ recipe: undo(tuned(recipe, tuning)), tuning: undefined })),
  redo: () => set(({ recipe, tuning }) => ({ recipe: redo(tuned(recipe, tuning)), tuning: undefined })),
});
