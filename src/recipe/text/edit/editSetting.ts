import { isMap, isSeq } from "yaml";
import type { SettingValue } from "../../parse/recipe";
import { inWrittenDocument } from "../documents";
import type { WrittenItem } from "../settingFor";
import { readSyntax } from "../syntax";
import { type Path, prependIn, setIn } from "./editText";

/**
 * Sets what a recipe says about one parameter. Where a list of filters stands there and only values change, or lines come before it,
 * each line keeps its place and its comments.
 */
export function setSetting(text: string, path: Path, setting: SettingValue | readonly WrittenItem[]): string {
  return inWrittenDocument(text, (recipe) => setInRecipe(recipe, path, setting));
}

function setInRecipe(text: string, path: Path, setting: SettingValue | readonly WrittenItem[]): string {
  const items = itemsOf(setting);
  const filters = filtersAt(text, path);
  if (!items || !filters || filters.length > items.length) return setIn(text, path, setting);
  const before = items.length - filters.length;
  const kept = items.slice(before);
  if (kept.some(({ filter }, at) => filter !== filters[at])) return setIn(text, path, setting);

  let edited = text;
  for (const [at, { value }] of kept.entries()) {
    if (!says(edited, [...path, at, "value"], value)) edited = setIn(edited, [...path, at, "value"], value);
  }
  for (const item of items.slice(0, before).reverse()) edited = prependIn(edited, path, item);
  return edited;
}

function itemsOf(setting: SettingValue | readonly WrittenItem[]): readonly WrittenItem[] | undefined {
  if (typeof setting === "number") return [{ value: setting }];
  const items = setting.filter((item) => typeof item !== "number");
  return items.length === 0 ? [{ value: setting.filter((item) => typeof item === "number") }] : items;
}

/** The filters of the list at a path, from top to bottom; `undefined` for anything but a list of mappings. */
function filtersAt(text: string, path: Path): readonly unknown[] | undefined {
  const list = readSyntax(text).document?.getIn(path, true);
  if (!isSeq(list) || list.items.length === 0 || !list.items.every((item) => isMap(item))) return undefined;
  return list.items.map((item) => (isMap(item) ? (item.get("filter") ?? undefined) : undefined));
}

function says(text: string, path: Path, value: SettingValue): boolean {
  const node: unknown = readSyntax(text).document?.getIn(path);
  return JSON.stringify(isSeq(node) ? node.toJSON() : node) === JSON.stringify(value);
}
