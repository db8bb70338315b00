import type { SettingValue } from "../../parse/recipe";
import { appendIn, deleteIn, setIn } from "./editText";

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

/** Sets a parameter for all models, or for the entry of `models` at an index. A list is a gradient over the layers. */
export function setParameter(
  text: string,
  place: "recipe" | { readonly model: number },
  name: string,
  value: SettingValue | boolean | undefined,
): string {
  const path = [...(place === "recipe" ? [] : ["models", place.model]), "parameters", name];
  return value === undefined ? deleteIn(text, path) : setIn(text, path, value);
}

/** Lists a model last. */
export function addModel(text: string, model: string): string {
  return appendIn(text, ["models"], { model });
}

/** Takes away the entry of `models` at an index. */
export function removeModel(text: string, index: number): string {
  return deleteIn(text, ["models", index]);
}

function setKey(text: string, key: string, value: string | undefined): string {
  return value === undefined ? deleteIn(text, [key]) : setIn(text, [key], value);
}
