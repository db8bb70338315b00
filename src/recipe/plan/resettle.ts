import type { ModelItem, Recipe, RecipePart, Setting, SettingItem, Settings, SettingValue } from "../parse/recipe";
import type { Problem } from "../problems/problem";
import type { Path } from "../text/edit/editText";
import { expandRecipe } from "./expand";
import type { PlanStructure } from "./planContext";
import { byWeight, ProblemBag } from "./problemBag";
import { planTensors } from "./tensors";

/** A number of a recipe's settings: its place in the YAML, and the value it is to have. */
export interface NewNumber {
  readonly path: Path;
  readonly value: number;
}

/**
 * A structure with other numbers in the settings of its recipe, resolved over filters, gradients and levels as if the text had said
 * them. No text is parsed and no check is made again but the method's own of numbers. The structure's `recipe` and side files stay those of
 * the text that was laid out.
 * @returns the structure, or none where a number cannot be (a density of 0, say) and why; paths that lead to no number of a setting are ignored
 */
export function resettled(
  found: PlanStructure,
  numbers: readonly NewNumber[],
): { readonly structure?: PlanStructure; readonly problems: readonly Problem[] } {
  const bag = new ProblemBag();
  const recipe = withNumbers(found.context.recipe, numbers);
  const context = { ...found.context, recipe, bag };
  const modules = expandRecipe(recipe, context.layout, bag);
  const { tensors } = planTensors(context, modules);
  const problems = bag.problems().toSorted(byWeight);
  return bag.failed ? { problems } : { structure: { ...found, context, modules, tensors }, problems };
}

/** Whether a path leads to a number of a setting. */
export function isSettingNumber(recipe: Recipe, path: Path): boolean {
  let found = false;
  withNumbers(recipe, [
    {
      path,
      get value() {
        found = true;
        return 0;
      },
    },
  ]);
  return found;
}

function withNumbers(recipe: Recipe, numbers: readonly NewNumber[]): Recipe {
  const parts = numbers.map((number) => ({ rest: number.path, number }));
  return {
    ...recipe,
    ...partWith(recipe, parts),
    modules: recipe.modules.map((module) => ({ ...module, ...partWith(module, below(parts, "modules", module.name)) })),
  };
}

/** A number, and what of its path is still to be gone. */
interface Part {
  readonly rest: Path;
  readonly number: NewNumber;
}

function below(parts: readonly Part[], ...keys: Path): readonly Part[] {
  return parts.flatMap(({ rest, number }) =>
    keys.every((key, at) => rest[at] === key) ? [{ rest: rest.slice(keys.length), number }] : [],
  );
}

function partWith(part: RecipePart, parts: readonly Part[]): RecipePart {
  if (parts.length === 0) return part;
  return {
    models: part.models.map((item, k) => itemWith(item, below(parts, "models", k))),
    slices: part.slices.map((slice, k) => {
      const here = below(parts, "slices", k);
      return {
        ...slice,
        parameters: settingsWith(slice.parameters, below(here, "parameters")),
        sources: slice.sources.map((source, at) => itemWith(source, below(here, "sources", at))),
      };
    }),
    parameters: settingsWith(part.parameters, below(parts, "parameters")),
  };
}

function itemWith<T extends ModelItem>(item: T, parts: readonly Part[]): T {
  return { ...item, parameters: settingsWith(item.parameters, below(parts, "parameters")) };
}

function settingsWith(settings: Settings, parts: readonly Part[]): Settings {
  if (parts.length === 0) return settings;
  return new Map([...settings].map(([name, setting]) => [name, settingWith(setting, below(parts, name))]));
}

/** `0.5`, `[0, 1]`, `{filter, value}`, or a list of those. */
function settingWith(setting: Setting, parts: readonly Part[]): Setting {
  const items = [...setting.items];
  for (const { rest, number } of parts) {
    const [at, ...deeper] = rest;
    const inList = typeof at === "number" && deeper[0] === "value";
    const k = inList ? at : 0;
    const item = items[k];
    if (item) items[k] = itemAt(item, inList ? deeper.slice(1) : at === "value" ? deeper : rest, number);
  }
  return { ...setting, items };
}

function itemAt(item: SettingItem, rest: Path, number: NewNumber): SettingItem {
  return { ...item, value: valueAt(item.value, rest, number) };
}

function valueAt(now: SettingValue, [at, ...deeper]: Path, number: NewNumber): SettingValue {
  if (at === undefined) return typeof now === "number" ? number.value : now;
  if (typeof now === "number" || typeof at !== "number" || deeper.length > 0 || now[at] === undefined) return now;
  return now.map((value, k) => (k === at ? number.value : value));
}
