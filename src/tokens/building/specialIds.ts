import { isObject, type UnknownObject } from "../../formats/json";
import type { JsonEdit } from "../../model/jsonEdit";

/** New ids of tokens by old ones. */
export type NewIds = Readonly<Record<number, number>>;

/** Keys of configs that hold ids: `eos_token_id`, `image_token_index`, and lists of them. */
const ID_KEY = /(?:^|_)token_(?:id|ids|index)$/;

/** All ids that a config names, at its top and in what it says of its language model. */
export function namedIds(config: UnknownObject): readonly number[] {
  return places(config).flatMap(({ value }) => [value].flat().filter((id) => typeof id === "number"));
}

/** What must be set in a config so that its ids name the tokens that they named before. */
export function idEdits(config: UnknownObject, ids: NewIds): readonly JsonEdit[] {
  const renewed = (id: unknown) => (typeof id === "number" ? (ids[id] ?? id) : id);
  return places(config).flatMap(({ path, value }) => {
    const now = Array.isArray(value) ? value.map(renewed) : renewed(value);
    return JSON.stringify(now) === JSON.stringify(value) ? [] : [{ path, value: now }];
  });
}

function places(config: UnknownObject): readonly { readonly path: readonly string[]; readonly value: unknown }[] {
  const inside = isObject(config.text_config) ? places(config.text_config) : [];
  return [
    ...Object.entries(config).flatMap(([key, value]) => (ID_KEY.test(key) ? [{ path: [key], value }] : [])),
    ...inside.map(({ path, value }) => ({ path: ["text_config", ...path], value })),
  ];
}
