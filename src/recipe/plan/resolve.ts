import type { Setting, SettingItem, Settings, SettingValue } from "../parse/recipe";
import type { TextSpan } from "../problems/problem";

/** A number found in the recipe, and the place that said it. */
export interface Resolved {
  readonly value: number;
  readonly span: TextSpan;
}

/** The levels of one slice at which a recipe can set a parameter. */
export interface Levels {
  /** Sources (or `models` entries) of the slice, in order. */
  readonly sources: readonly { readonly identity: string; readonly parameters: Settings }[];
  readonly slice: Settings;
  readonly module: Settings;
  /** Top level of the recipe. */
  readonly recipe: Settings;
}

/** Where a tensor stands for a setting: the name filters look at, and the place on a gradient. */
export interface Place {
  readonly tensor: string;
  /** 0 to 1; see `gradientPosition`. */
  readonly t: number;
}

/** A parameter of the whole tensor: slice, module, then recipe. Filters see the output name. */
export function resolveGlobal(levels: Levels, name: string, place: Place): Resolved | undefined {
  return firstMatch(above(levels, name), place);
}

/**
 * A parameter of one input: the model's own entries in order, then slice, module and recipe. A level whose filters all miss is
 * as good as absent. Filters see the input's name, with the source's layer number.
 */
export function resolvePerModel(levels: Levels, identity: string, name: string, place: Place): Resolved | undefined {
  const own = levels.sources
    .filter((source) => source.identity === identity)
    .map(({ parameters }) => parameters.get(name));
  return firstMatch([...own, ...above(levels, name)], place);
}

/** What stands above the models, nearest first. */
function above({ slice, module, recipe }: Levels, name: string): readonly (Setting | undefined)[] {
  return [slice.get(name), module.get(name), recipe.get(name)];
}

function firstMatch(settings: readonly (Setting | undefined)[], place: Place): Resolved | undefined {
  for (const setting of settings) {
    const item = setting && matchingItem(setting.items, place.tensor);
    if (item) return { value: valueAt(item.value, place.t), span: item.span };
  }
  return undefined;
}

/** The item that decides for a tensor: the first whose filter matches its name. */
export function matchingItem<T extends Pick<SettingItem, "filter">>(
  items: readonly T[],
  tensor: string,
): T | undefined {
  return items.find(({ filter }) => matches(filter, tensor));
}

/** No filter and `*` match every tensor, any other filter those whose name contains it. */
function matches(filter: string | undefined, tensor: string): boolean {
  return filter === undefined || filter === "*" || tensor.includes(filter);
}

/**
 * Where layer `index` of a slice of `layers` stands on a gradient. A slice of one layer takes the gradient's end.
 * Tensors outside layers stand at 0, the final norm and the head as well.
 */
export function gradientPosition(index: number, layers: number): number {
  return layers > 1 ? index / (layers - 1) : 1;
}

/** A gradient's value at t: straight lines between its numbers, in double precision. */
export function valueAt(value: SettingValue, t: number): number {
  if (typeof value === "number") return value;
  const at = t * (value.length - 1);
  const low = Math.floor(at);
  const high = Math.min(value.length - 1, low + 1);
  const fraction = at - low;
  return (1 - fraction) * (value[low] ?? 0) + fraction * (value[high] ?? 0);
}
