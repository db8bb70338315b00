import { inWords } from "../../base/inWords";
import { own } from "../../base/own";
import { isObject } from "../../formats/json";
import type { JsonObject } from "../model";
import type { Defaults } from "./families";

/** Parts of the rotary settings that have names of their own beside the scaling. */
const OWN = new Set(["rope_theta", "partial_rotary_factor", "rope_type", "type", "mrope_section"]);

/**
 * How positions are counted: base, share of the head that turns, scaling, and the length it is made for. `rope_parameters`
 * (transformers 5, also with an entry per kind of layer) says the same as `rope_theta` and `rope_scaling` before.
 */
export function* ropeTraits(config: JsonObject, defaults: Defaults): Generator<[string, string], void, undefined> {
  const all = objectAt(config, "rope_parameters");
  const full = all && (objectAt(all, "full_attention") ?? all);
  const sliding = all && objectAt(all, "sliding_attention");
  const numbers: readonly [string, unknown][] = [
    ["rope_theta", full?.rope_theta ?? config.rope_theta ?? config.rotary_emb_base],
    ["rope_local_base_freq", sliding?.rope_theta ?? config.rope_local_base_freq],
    ["partial_rotary_factor", full?.partial_rotary_factor ?? config.partial_rotary_factor ?? config.rotary_pct],
    ["max_position_embeddings", config.max_position_embeddings ?? config.n_positions],
  ];
  for (const [name, stated] of numbers) {
    const value = stated ?? own(defaults, name);
    if (value !== undefined && value !== null) yield [name, inWords(value)];
  }
  yield ["rope_scaling", scalingText(full ?? objectAt(config, "rope_scaling"))];
}

/** `none`, or the kind and its numbers in a fixed order. Positions of a text are the same in all sections of `mrope`. */
function scalingText(settings: JsonObject | undefined): string {
  const type = settings?.rope_type ?? settings?.type ?? "default";
  if (!settings || type === "default" || type === "mrope") return "none";
  const facts = Object.entries(settings)
    .filter(([key, value]) => !OWN.has(key) && value !== null)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key} ${inWords(value)}`);
  return [type === "su" ? "longrope" : inWords(type), ...facts].join(", ");
}

function objectAt(config: JsonObject, key: string): JsonObject | undefined {
  const value = own(config, key);
  return isObject(value) ? value : undefined;
}
