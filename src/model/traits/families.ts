import { own } from "../../base/own";
import { isObject } from "../../formats/json";
import { architectureNames } from "../config";
import type { JsonObject } from "../model";

/** What transformers assumes of a family when its config does not say it, by the trait's name. `null`: there is none. */
export type Defaults = Readonly<Record<string, string | number | boolean | null>>;

const LLAMA: Defaults = {
  hidden_act: "silu",
  rope_theta: 10_000,
  rms_norm_eps: 1e-6,
  attention_bias: false,
  mlp_bias: false,
  tie_word_embeddings: false,
  sliding_window: null,
  partial_rotary_factor: 1,
  attn_logit_softcapping: null,
  final_logit_softcapping: null,
};
const QWEN: Defaults = { ...LLAMA, num_key_value_heads: 32 };
const GEMMA: Defaults = { ...LLAMA, hidden_act: "gelu_pytorch_tanh", head_dim: 256, tie_word_embeddings: true };
const COHERE: Defaults = {
  ...LLAMA,
  rms_norm_eps: 1e-5,
  logit_scale: 0.0625,
  use_qk_norm: false,
  tie_word_embeddings: true,
};

/** By `model_type` without underscores. Source: the configuration classes of transformers. */
const FAMILIES: Readonly<Record<string, Defaults>> = {
  llama: LLAMA,
  mistral: { ...LLAMA, num_key_value_heads: 8, sliding_window: 4096 },
  mixtral: { ...LLAMA, num_key_value_heads: 8, rope_theta: 1_000_000, rms_norm_eps: 1e-5, num_experts_per_tok: 2 },
  granite: {
    ...LLAMA,
    attention_multiplier: 1,
    embedding_multiplier: 1,
    residual_multiplier: 1,
    logits_scaling: 1,
  },
  smollm3: { ...LLAMA, num_key_value_heads: 4, rope_theta: 2_000_000, tie_word_embeddings: true },
  qwen2: QWEN,
  qwen3: { ...QWEN, head_dim: 128 },
  qwen3moe: { ...LLAMA, num_key_value_heads: 4, num_experts_per_tok: 8, norm_topk_prob: false },
  gemma: { ...GEMMA, num_key_value_heads: 16 },
  gemma2: {
    ...GEMMA,
    num_key_value_heads: 4,
    sliding_window: 4096,
    query_pre_attn_scalar: 256,
    attn_logit_softcapping: 50,
    final_logit_softcapping: 30,
  },
  gemma3: {
    ...GEMMA,
    num_key_value_heads: 4,
    sliding_window: 4096,
    query_pre_attn_scalar: 256,
    rope_theta: 1_000_000,
    rope_local_base_freq: 10_000,
  },
  phi3: { ...LLAMA, rms_norm_eps: 1e-5 },
  cohere: COHERE,
  cohere2: { ...COHERE, sliding_window: 4096 },
  olmo2: { ...LLAMA, rms_norm_eps: 1e-5 },
  starcoder2: {
    ...LLAMA,
    hidden_act: "gelu_pytorch_tanh",
    num_key_value_heads: 2,
    rms_norm_eps: 1e-5,
    use_bias: true,
    tie_word_embeddings: true,
  },
  stablelm: {
    ...LLAMA,
    num_key_value_heads: 32,
    rms_norm_eps: 1e-5,
    partial_rotary_factor: 0.25,
    use_qkv_bias: false,
    qk_layernorm: false,
    use_parallel_residual: false,
  },
  gptneox: {
    hidden_act: "gelu",
    rope_theta: 10_000,
    rms_norm_eps: 1e-5,
    partial_rotary_factor: 0.25,
    use_parallel_residual: true,
    attention_bias: true,
    tie_word_embeddings: false,
  },
  gpt2: {
    hidden_act: "gelu_new",
    rms_norm_eps: 1e-5,
    scale_attn_by_inverse_layer_idx: false,
    tie_word_embeddings: true,
  },
  internlm2: { ...LLAMA, bias: true },
};

/** Where models of several parts keep the config of their language model. */
const TEXT_CONFIGS = ["text_config", "llm_config", "language_config"] as const;

/** The part of a config that describes the language model: an object in it, or all of it. */
export function textConfig(config: JsonObject): JsonObject {
  for (const key of TEXT_CONFIGS) {
    const value = Object.hasOwn(config, key) ? config[key] : undefined;
    if (isObject(value)) return value;
  }
  return config;
}

/** The defaults of a config's family; none for a family that is not known here. */
export function defaultsOf(config: JsonObject): Defaults {
  const family = familyOf(config);
  return own(FAMILIES, family) ?? {};
}

/** `model_type` as families are named here: `gpt_neox` is `gptneox`, `gemma3_text` is `gemma3`. */
export function familyOf(config: JsonObject): string {
  const [architecture = ""] = architectureNames(config);
  const type = typeof config.model_type === "string" ? config.model_type : architecture;
  return type
    .replace(/(For[A-Z]\w*|LMHeadModel|Model)$/, "")
    .toLowerCase()
    .replaceAll("_", "")
    .replace(/text$/, "");
}
