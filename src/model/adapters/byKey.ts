import type { Model } from "../model";

type Models = ReadonlyMap<string, Model>;

/** What a key names of what is open: a model, or `model+adapter`, a model and what is applied to it; nothing where it is neither. */
export function partsByKey(key: string, opened: Models): readonly string[] {
  if (opened.has(key)) return [key];
  for (let at = key.indexOf("+"); at >= 0; at = key.indexOf("+", at + 1)) {
    const [model, adapter] = [key.slice(0, at), key.slice(at + 1)];
    if (opened.has(model) && opened.get(adapter)?.adapter) return [model, adapter];
  }
  return [];
}

/** The model of a key: one that is open, or one with an adapter that fits it. */
export function modelByKey(key: string, opened: Models): Model | undefined {
  const [model, adapter] = partsByKey(key, opened).map((part) => opened.get(part));
  return model && adapter && !model.adapter ? adapter.adapter?.apply(model, adapter).model : model;
}

/** The open models, and those of the keys that are made of them. */
export function modelsByKey(keys: Iterable<string>, opened: Models): Models {
  const models = new Map(opened);
  for (const key of keys) {
    const model = modelByKey(key, opened);
    if (model) models.set(key, model);
  }
  return models;
}
