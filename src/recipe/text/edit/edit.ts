import type { SettingValue } from "../../parse/recipe";
import { appendIn, deleteIn, type Path, setIn } from "./editText";

/*
 * What a form does to a recipe. Each takes the text and returns the text: only what is meant changes, comments and layout stay.
 * `undefined` takes a key away.
 */

export function setMethod(text: string, method: string): string {
  return setIn(text, ["merge_method"], method);
}

export function setBase(text: string, model: string | undefined): string {
  return setKey(text, "base_model", model);
}

/** @param dtype as mergekit writes it: `bfloat16`, `float16`, `float32` */
export function setDType(text: string, dtype: string | undefined): string {
  return setKey(text, "dtype", dtype);
}

/** @param dtype as for `setDType` */
export function setOutDType(text: string, dtype: string | undefined): string {
  return setKey(text, "out_dtype", dtype);
}

/** An entry of `models` at an index: the recipe's own list, or that of one of its modules. */
export interface ModelPlace {
  readonly model: number;
  readonly module?: string | undefined;
}

/** Sets a parameter for all models, or for an entry of `models`. A list is a gradient over the layers. */
export function setParameter(
  text: string,
  place: "recipe" | ModelPlace,
  name: string,
  value: SettingValue | boolean | undefined,
): string {
  const path = [...(place === "recipe" ? [] : pathOf(place)), "parameters", name];
  return value === undefined ? deleteIn(text, path) : setIn(text, path, value);
}

/** Lists a model last, in the recipe's own list or in that of a module. */
export function addModel(text: string, model: string, module?: string): string {
  return appendIn(text, listOf(module), { model });
}

/** Takes away an entry of `models`. */
export function removeModel(text: string, place: ModelPlace): string {
  return deleteIn(text, pathOf(place));
}

function pathOf({ model, module }: ModelPlace): Path {
  return [...listOf(module), model];
}

function listOf(module: string | undefined): Path {
  return module === undefined ? ["models"] : ["modules", module, "models"];
}

function setKey(text: string, key: string, value: string | undefined): string {
  return value === undefined ? deleteIn(text, [key]) : setIn(text, [key], value);
}
