import { own } from "../../base/own";
import { isObject } from "../../formats/json";
import type { JsonObject } from "../model";

/** A value of a config that speaks of layers one by one. */
export interface LayerList {
  readonly path: readonly string[];
  /**
   * `entries`: one for each layer; `letters`: the same as a text; `numbers`: layers by number, counted from `first`;
   * `number-text`: the same as a text with commas.
   */
  readonly kind: "entries" | "letters" | "numbers" | "number-text";
  readonly first: 0 | 1;
}

/** Objects that speak of something else than the layers of the text model. */
const OTHER_TREES =
  /^(vision|visual|image|video|audio|speech|encoder|quantization|compression|rope_|auto_map|task_specific|id2label|label2id|generation|mtp)/;
/** Lists that may be as long as there are layers, by chance. */
const OTHER_LISTS =
  /^(architectures|mtp_.*|.*tokens?(_ids?)?|.*_factor|mrope_.*|pruned_heads|.*languages?|.*(image|vision|visual|audio).*|suppress_.*|begin_.*|forced_.*|transformers.*)$/;
const NUMBERS = /(layers?|layer_ids|idxs?|indices|indexes|blocks)$/;
/** Kimi Linear counts its layers from 1. */
const FROM_ONE = /^linear_attn_config\.(kda_layers|full_attn_layers)$/;
const MAX_NESTING = 4;

/**
 * Lists of a config in which layers have entries or numbers, nested ones too: `layers_block_type`, `moe_layer_freq`,
 * `attn_layer_indices`, `hybrid_override_pattern`, `linear_attn_config.kda_layers`.
 * @param config the object that holds the number of layers
 * @param behind layers that the model has behind its stack: lists may count them
 */
export function layerLists(config: JsonObject, depth: number, behind: number): readonly LayerList[] {
  const found: LayerList[] = [];
  const visit = (holder: JsonObject, path: readonly string[]) => {
    for (const [key, value] of Object.entries(holder)) {
      const here = [...path, key];
      if (isObject(value) && here.length < MAX_NESTING && !OTHER_TREES.test(key)) visit(value, here);
      const kind = kindOf(key, here.join("."), value);
      if (kind) found.push({ path: here, kind, first: FROM_ONE.test(here.join(".")) ? 1 : 0 });
    }
  };
  const full = (length: number) => depth > 0 && (length === depth || length === depth + behind);
  const kindOf = (key: string, path: string, value: unknown): LayerList["kind"] | undefined => {
    if (OTHER_LISTS.test(key)) return undefined;
    if (typeof value === "string") {
      if (full(value.length) && /pattern/.test(key)) return "letters";
      const numbers = /^\d+(,\s*\d+)*$/.test(value) && /layers/.test(key) ? value.split(",").map(Number) : [];
      return numbers.length > 0 && ascending(numbers, 0, depth) ? "number-text" : undefined;
    }
    if (!Array.isArray(value)) return undefined;
    const [lowest, highest] = FROM_ONE.test(path) ? [1, depth + 1] : [0, depth];
    if (NUMBERS.test(key) && ascending(value, lowest, highest)) return "numbers";
    return full(value.length) ? "entries" : undefined;
  };
  visit(config, []);
  return found;
}

/** The same list for the layers of an output, each taken from a layer of a model; `undefined` where a model has no such list. */
export function followLayers(
  list: LayerList,
  origins: readonly { readonly config: JsonObject; readonly layer: number }[],
): unknown {
  const { path, kind, first } = list;
  const values = origins.map(({ config }) => valueAt(config, path));
  switch (kind) {
    case "entries": {
      const entries = values.map((value, at) => (Array.isArray(value) ? value[origins[at]?.layer ?? 0] : undefined));
      return entries.some((entry) => entry === undefined) ? undefined : entries;
    }
    case "letters": {
      const letters = values.map((value, at) =>
        typeof value === "string" ? value[origins[at]?.layer ?? 0] : undefined,
      );
      return letters.some((letter) => letter === undefined) ? undefined : letters.join("");
    }
    default: {
      const sets = values.map(numbersOf);
      if (sets.some((numbers) => !numbers)) return undefined;
      const numbers = origins.flatMap(({ layer }, at) => (sets[at]?.includes(layer + first) ? at + first : []));
      return kind === "numbers" ? numbers : numbers.join(",");
    }
  }
}

/** What a list says beyond the layers of the stack, for modules behind it. */
export function behindLayers(value: unknown, depth: number): readonly unknown[] | string {
  return Array.isArray(value) || typeof value === "string" ? value.slice(depth) : [];
}

export function valueAt(config: JsonObject, path: readonly string[]): unknown {
  let value: unknown = config;
  for (const key of path) value = isObject(value) ? own(value, key) : undefined;
  return value;
}

function numbersOf(value: unknown): readonly unknown[] | undefined {
  if (value === null) return [];
  return typeof value === "string" ? value.split(",").map(Number) : Array.isArray(value) ? value : undefined;
}

/** Whole numbers in [lowest, highest), each above the one before. */
function ascending(values: readonly unknown[], lowest: number, highest: number): boolean {
  let before = lowest - 1;
  for (const value of values) {
    if (typeof value !== "number" || !Number.isSafeInteger(value) || value <= before || value >= highest) return false;
    before = value;
  }
  return values.length > 0;
}
