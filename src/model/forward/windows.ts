import { type ConfigFacts, unsupported } from "./configFacts";

const KINDS = ["full_attention", "sliding_attention"] as const;
export type LayerKind = (typeof KINDS)[number];

/**
 * The kind of each layer: by `layer_types`, else by the rule that configs without it follow.
 * @throws {AwaseError} `lm/unsupported` for a kind that is not known, `lm/config`
 */
export function layerKinds(config: ConfigFacts, slides: (layer: number) => boolean): (layer: number) => LayerKind {
  const types = config.texts("layer_types");
  const known = types?.map((type) => KINDS.find((kind) => kind === type) ?? unsupported("layer_types", type, KINDS));
  return (layer) => known?.[layer] ?? (slides(layer) ? "sliding_attention" : "full_attention");
}

/** Keys that a layer's queries see: `window` where it slides, else all. */
export function windowsOf(
  kinds: (layer: number) => LayerKind,
  window: number | undefined,
): (layer: number) => number | undefined {
  return (layer) => (kinds(layer) === "sliding_attention" ? window : undefined);
}
