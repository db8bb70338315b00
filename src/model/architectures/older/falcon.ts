import { type ConfigFacts, unsupported } from "../../forward/configFacts";
import { activationOf, layerNorm } from "../../forward/traits";
import { type ArchitectureDefinition, linear } from "../define";

/**
 * Queries, keys and values in one matrix: for each key head its queries, its key, its value. The 7B has one key head and one norm for
 * both halves; larger ones (`new_decoder_architecture`) have several key heads and two norms with names of their own; the first ones
 * run one half after the other. Norms belong to no fixed set of names, so every input must have the same.
 */
export const falcon: ArchitectureDefinition = {
  architectures: ["FalconForCausalLM", "RWForCausalLM"],
  depthKey: "num_hidden_layers",
  root: "transformer.h",
  pre: [{ name: "transformer.word_embeddings.weight", role: "embedding", embedding: true }],
  layer: [
    ...linear("self_attention.query_key_value", "qkv", "optional"),
    ...linear("self_attention.dense", "o", "optional"),
    ...linear("mlp.dense_h_to_4h", "up", "optional"),
    ...linear("mlp.dense_4h_to_h", "down", "optional"),
  ],
  families: ["input_layernorm", "post_attention_layernorm", "ln_attn", "ln_mlp"],
  post: [
    ...linear("transformer.ln_f", "norm", "required"),
    {
      name: "lm_head.weight",
      role: "head",
      optional: true,
      tied: ["transformer.word_embeddings.weight"],
      embedding: true,
    },
  ],
  tiedByDefault: true,
  forward(config) {
    if (config.flag("alibi", false)) unsupported("alibi", "true", ["false"]);
    const hidden = config.count("hidden_size");
    const heads = config.count("num_attention_heads");
    return {
      norm: layerNorm(config, "layer_norm_epsilon"),
      ...normsOf(config),
      sizes: { hidden, heads, kvHeads: kvHeadsOf(config, heads), headDim: Math.floor(hidden / heads) },
      fused: "grouped",
      width: config.count("ffn_hidden_size", 4 * hidden),
      activation: activationOf(config, "activation", "gelu"),
    };
  },
};

function normsOf(config: ConfigFacts) {
  const grouped = config.flag("new_decoder_architecture", false);
  const parallel = grouped || config.flag("parallel_attn", true);
  if (!parallel)
    return { names: { beforeAttention: "input_layernorm", beforeMlp: "post_attention_layernorm" } } as const;
  if (grouped && config.count("num_ln_in_parallel_attn", 2) === 2) {
    return { order: "parallel", names: { beforeAttention: "ln_attn", beforeMlp: "ln_mlp" } } as const;
  }
  return { order: "parallel", names: { beforeAttention: "input_layernorm", beforeMlp: "input_layernorm" } } as const;
}

function kvHeadsOf(config: ConfigFacts, heads: number): number {
  if (config.flag("new_decoder_architecture", false)) return config.count("num_kv_heads", heads);
  return config.flag("multi_query", true) ? 1 : heads;
}
