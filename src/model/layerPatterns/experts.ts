import { inWords } from "../../base/inWords";
import { type Kind, type LayerPattern, layersOf, type PatternConfig, sameKinds } from "./define";

/** A layer with one MLP and one with experts have tensors of other names. */
const NEVER = () => false;

/** Qwen: experts in every `decoder_sparse_step`-th layer that is not in `mlp_only_layers`. */
export const sparseStepPattern: LayerPattern = {
  key: "mlp_only_layers",
  lists: ["mlp_only_layers"],
  plain: "dense",
  kinds(config) {
    if (!config.has("decoder_sparse_step") && !config.has("mlp_only_layers")) return undefined;
    if (config.number("num_experts") === 0) return undefined;
    const dense = config.layers("mlp_only_layers") ?? new Set();
    const step = config.count("decoder_sparse_step", 1);
    return config.each((layer) => sparse(!dense.has(layer) && (layer + 1) % step === 0));
  },
  write(kinds, config) {
    const step = config.count("decoder_sparse_step", 1);
    const dense = layersOf(kinds, "dense");
    const fits = layersOf(kinds, "sparse").every((layer) => (layer + 1) % step === 0);
    if (fits) return { mlp_only_layers: dense.filter((layer) => (layer + 1) % step === 0) };
    return { decoder_sparse_step: 1, mlp_only_layers: dense };
  },
  runsAs: NEVER,
};

/**
 * DeepSeek, GLM-4.5, LFM2, AFMoE: the first few layers are dense, and then those that `moe_layer_freq` does not hit, unless
 * `mlp_layer_types` says it for each.
 */
export const firstDensePattern: LayerPattern = {
  key: "first_k_dense_replace",
  lists: ["mlp_layer_types"],
  plain: "dense",
  kinds(config) {
    if (config.has("mlp_layer_types")) return config.perLayer("mlp_layer_types")?.map(inWords);
    const key = firstDenseKey(config);
    return key === undefined ? undefined : kindsFrom(config, config.number(key) ?? 0);
  },
  write(kinds, config) {
    const key = firstDenseKey(config);
    const listed = config.has("mlp_layer_types") ? { mlp_layer_types: [...kinds] } : undefined;
    for (let first = 0; key !== undefined && first <= config.depth; first++) {
      if (sameKinds(kindsFrom(config, first), kinds)) return { [key]: first, ...listed };
    }
    return listed;
  },
  runsAs: NEVER,
};

/** Llama 4: `moe_layers` by number, or every `interleave_moe_layer_step`-th. */
export const interleavedPattern: LayerPattern = {
  key: "moe_layers",
  lists: ["moe_layers"],
  plain: "dense",
  kinds(config) {
    const listed = config.layers("moe_layers");
    if (!config.has("interleave_moe_layer_step") && !(config.is("llama4") && listed)) return undefined;
    const step = config.count("interleave_moe_layer_step", 1);
    return config.each((layer) => sparse(listed ? listed.has(layer) : (layer + 1) % step === 0));
  },
  write: (kinds) => ({ moe_layers: layersOf(kinds, "sparse") }),
  runsAs: NEVER,
};

/** ERNIE 4.5: every `moe_layer_interval`-th layer from a first to a last one. */
export const rangePattern: LayerPattern = {
  key: "moe_layer_start_index",
  lists: [],
  plain: "dense",
  kinds(config) {
    const from = config.number("moe_layer_start_index");
    if (from === undefined) return undefined;
    const to = config.number("moe_layer_end_index") ?? -1;
    return kindsBetween(config, from, to < 0 ? config.depth - 1 : to);
  },
  write(kinds, config) {
    const layers = layersOf(kinds, "sparse");
    const [from = config.depth, to = config.depth] = [layers[0], layers.at(-1)];
    if (!sameKinds(kindsBetween(config, from, to), kinds)) return undefined;
    return { moe_layer_start_index: from, moe_layer_end_index: to };
  },
  runsAs: NEVER,
};

/** Arctic: nothing but the number of the layer says it. */
export const frequencyPattern: LayerPattern = {
  key: "moe_layer_frequency",
  lists: [],
  plain: "dense",
  kinds(config) {
    if (!config.has("moe_layer_frequency")) return undefined;
    const every = config.count("moe_layer_frequency", 1);
    return config.each((layer) => sparse((layer + 1) % every === 0));
  },
  runsAs: NEVER,
};

function sparse(is: boolean): Kind {
  return is ? "sparse" : "dense";
}

function firstDenseKey(config: PatternConfig): string | undefined {
  return ["first_k_dense_replace", "num_dense_layers"].find((key) => config.number(key) !== undefined);
}

function kindsFrom(config: PatternConfig, first: number): readonly Kind[] {
  const every = config.count("moe_layer_freq", 1);
  return config.each((layer) => sparse(layer >= first && layer % every === 0));
}

function kindsBetween(config: PatternConfig, from: number, to: number): readonly Kind[] {
  const every = config.count("moe_layer_interval", 1);
  return config.each((layer) => sparse(layer >= from && layer <= to && (layer + 1) % every === 0));
}
