import { inWords } from "../../base/inWords";
import { type Kind, type LayerPattern, layersOf, type PatternConfig, sameKinds } from "./define";

/** A layer of attention and one of Mamba, or of experts and without, have tensors of other names. */
const NEVER = () => false;

/** Jamba: layer n is of the one kind where n mod period is the offset. */
function periodic(part: "attn" | "expert", hit: Kind, miss: Kind): LayerPattern {
  const [periodKey, offsetKey] = [`${part}_layer_period`, `${part}_layer_offset`];
  const kindsAt = (config: PatternConfig, period: number, offset: number) =>
    config.each((layer) => (layer % period === offset ? hit : miss));
  return {
    key: periodKey,
    lists: [],
    plain: miss,
    kinds(config) {
      if (!config.has(periodKey) || !config.has(offsetKey) || config.is("zamba")) return undefined;
      return kindsAt(config, config.count(periodKey, 1), config.number(offsetKey) ?? 0);
    },
    write(kinds, config) {
      // The first two say it all: every other must lie as far from the one before.
      const [first = config.depth, second] = layersOf(kinds, hit);
      const period = second === undefined ? config.depth + 1 : second - first;
      if (period <= first || !sameKinds(kindsAt(config, period, first), kinds)) return undefined;
      return { [periodKey]: period, [offsetKey]: first };
    },
    runsAs: NEVER,
  };
}

export const jambaAttention = periodic("attn", "attention", "mamba");
export const jambaExperts = periodic("expert", "sparse", "dense");

/** Zamba: the third layer, and then by period and offset counted from the fourth. */
export const zambaPattern: LayerPattern = {
  key: "attn_layer_period",
  lists: [],
  plain: "mamba",
  kinds(config) {
    if (!config.is("zamba")) return undefined;
    const [period, offset] = [config.count("attn_layer_period", 6), config.number("attn_layer_offset") ?? 4];
    return config.each((layer) => (layer === 2 || (layer > 2 && (layer - 3) % period === offset) ? "hybrid" : "mamba"));
  },
  runsAs: NEVER,
};

/** RecurrentGemma: `block_types` over and over. */
export const cyclicPattern: LayerPattern = {
  key: "block_types",
  lists: ["block_types"],
  plain: "attention",
  kinds(config) {
    const cycle = config.value("block_types");
    if (!Array.isArray(cycle) || cycle.length === 0) return undefined;
    return config.each((layer) => inWords(cycle[layer % cycle.length]));
  },
  write: (kinds) => ({ block_types: [...kinds] }),
  runsAs: NEVER,
};

/** Gemma 3n: the last layers use keys and values of layers below. */
export const sharedKeysPattern: LayerPattern = {
  key: "num_kv_shared_layers",
  lists: [],
  plain: "own keys",
  kinds(config) {
    const shared = config.number("num_kv_shared_layers") ?? 0;
    return shared > 0 ? config.each((layer) => sharing(layer >= config.depth - shared)) : undefined;
  },
  write(kinds, config) {
    const shared = layersOf(kinds, "shared keys").length;
    const last = config.each((layer) => sharing(layer >= config.depth - shared));
    return sameKinds(last, kinds) ? { num_kv_shared_layers: shared } : undefined;
  },
  runsAs: NEVER,
};

/** Hunyuan: layers between every n-th use the keys and values of that one. */
export const crossLayerPattern: LayerPattern = {
  key: "cla_share_factor",
  lists: [],
  plain: "own keys",
  kinds(config) {
    if (config.value("use_cla") !== true) return undefined;
    const every = config.count("cla_share_factor", 1);
    return config.each((layer) => sharing(layer % every !== 0));
  },
  runsAs: NEVER,
};

function sharing(is: boolean): Kind {
  return is ? "shared keys" : "own keys";
}
