import { own } from "../../base/own";
import { isObject } from "../../formats/json";
import type { JsonObject } from "../model";
import { defaultsOf, textConfig } from "./families";
import { SIZE_NAMES, shortened, type Traits, traitsOf } from "./traits";

/** One thing that two configs say differently. */
export interface Difference {
  readonly name: string;
  readonly found: string;
  readonly expected: string;
}

/** The length a model is made for is worth a word only where positions are counted in another way. */
const POSITION_NAMES = ["rope_theta", "rope_scaling", "rope_local_base_freq", "partial_rotary_factor"];
const LENGTH = "max_position_embeddings";

/**
 * What the weights of one model were trained for and the config of another one says differently: sizes, activation, norms,
 * positions, windows, caps. Numbers of layers and tokens are not among them, nor what is only a default spelled out.
 */
export function configDifferences(found: JsonObject, expected: JsonObject): readonly Difference[] {
  const [text, expectedText] = [textConfig(found), textConfig(expected)];
  const main = differences(
    traitsOf(text, withOuter(found, text)),
    traitsOf(expectedText, withOuter(expected, expectedText)),
  );
  return [...withoutDerived(withoutLength(main)), ...partDifferences(found, expected)];
}

/** The sizes alone: what explains shapes that do not fit. */
export function sizeDifferences(found: JsonObject, expected: JsonObject): readonly Difference[] {
  const sizes: ReadonlySet<string> = new Set(SIZE_NAMES);
  return configDifferences(found, expected).filter(({ name }) => sizes.has(name));
}

/** A part's defaults, and what stands beside the part for all of the model. */
function withOuter(config: JsonObject, part: JsonObject) {
  const defaults = defaultsOf(part);
  const tied = config.tie_word_embeddings;
  return part !== config && typeof tied === "boolean" ? { ...defaults, tie_word_embeddings: tied } : defaults;
}

/** Heads that divide another width are as wide as that makes them: no news. */
function withoutDerived(all: readonly Difference[]): readonly Difference[] {
  const decided = all.some(({ name }) => name === "hidden_size" || name === "num_attention_heads");
  return decided ? all.filter(({ name }) => name !== "head_dim") : all;
}

function withoutLength(all: readonly Difference[]): readonly Difference[] {
  return all.some(({ name }) => POSITION_NAMES.includes(name)) ? all : all.filter(({ name }) => name !== LENGTH);
}

/** Parts that both have beside the language model: of an eye or an ear, what both say. */
function partDifferences(found: JsonObject, expected: JsonObject): readonly Difference[] {
  const [text, expectedText] = [textConfig(found), textConfig(expected)];
  return Object.entries(found).flatMap(([key, part]) => {
    const other = own(expected, key);
    if (!key.endsWith("_config") || !isObject(part) || !isObject(other)) return [];
    if (part === text || other === expectedText || /quantization|generation/.test(key)) return [];
    return withoutLength(differences(traitsOf(part, {}), traitsOf(other, {}))).map((difference) => ({
      ...difference,
      name: `${key}.${difference.name}`,
    }));
  });
}

function differences(found: Traits, expected: Traits): readonly Difference[] {
  return [...found].flatMap(([name, value]) => {
    const other = expected.get(name);
    if (other === undefined || other === value) return [];
    return [{ name, found: shortened(value), expected: shortened(other) }];
  });
}
