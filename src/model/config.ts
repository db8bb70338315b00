import { own } from "../base/own";
import { isObject } from "../formats/json";
import type { JsonObject } from "./model";

/** The value at a dotted path of config.json (`text_config.num_hidden_layers`). */
export function configValue(config: JsonObject, path: string): unknown {
  let value: unknown = config;
  for (const key of path.split(".")) value = isObject(value) ? own(value, key) : undefined;
  return value;
}

/** A whole number from 0 at a dotted path; `undefined` for anything else. */
export function configNumber(config: JsonObject, path: string): number | undefined {
  const value = configValue(config, path);
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** The entries of `architectures` that are text. */
export function architectureNames(config: JsonObject): readonly string[] {
  const names = config.architectures;
  return Array.isArray(names) ? names.filter((name): name is string => typeof name === "string") : [];
}

/** Where configs say the size of the vocabulary. */
export const VOCABULARY_KEYS = ["vocab_size", "text_config.vocab_size"] as const;

/** Where configs say the number of layers, in the order they are tried. */
export const DEPTH_KEYS = [
  "num_hidden_layers",
  "n_layer",
  "n_layers",
  "num_layers",
  "text_config.num_hidden_layers",
  "decoder_layers",
] as const;
