import { own } from "../../base/own";
import { isObject } from "../../formats/json";
import { configValue } from "../config";
import type { JsonObject } from "../model";
import { type Defaults, familyOf } from "./families";
import { ropeTraits } from "./rope";

/**
 * What a config says, by the usual name of the key, as texts that are equal where transformers would do the same. What a
 * config leaves out is what its family assumes; what neither says is absent.
 */
export type Traits = ReadonlyMap<string, string>;

/** A trait that is one value under one of several keys, the first that is there. */
interface Key {
  readonly name: string;
  readonly keys: readonly string[];
  /** Values that mean the same, by what they are called here. */
  readonly synonyms?: Readonly<Record<string, string>>;
}

/** Decide shapes. Where shapes agree all the same, the numbers may still mean other things (4 heads of 8, 8 of 4). */
export const SIZE_NAMES = [
  "hidden_size",
  "intermediate_size",
  "num_attention_heads",
  "num_key_value_heads",
  "head_dim",
  "num_experts",
  "moe_intermediate_size",
] as const;

const SIZES: readonly Key[] = [
  { name: "hidden_size", keys: ["hidden_size", "n_embd", "d_model", "dim"] },
  { name: "intermediate_size", keys: ["intermediate_size", "n_inner", "ffn_dim", "ffn_hidden_size"] },
  { name: "num_attention_heads", keys: ["num_attention_heads", "n_head", "n_heads", "num_heads"] },
  { name: "num_key_value_heads", keys: ["num_key_value_heads", "n_head_kv", "num_kv_heads", "multi_query_group_num"] },
  { name: "head_dim", keys: ["head_dim", "kv_channels", "attention_head_dim"] },
  { name: "num_experts", keys: ["num_local_experts", "num_experts", "n_routed_experts", "moe_num_experts"] },
  { name: "moe_intermediate_size", keys: ["moe_intermediate_size", "expert_intermediate_size"] },
];

const ACTIVATIONS: Readonly<Record<string, string>> = {
  swish: "silu",
  gelu_new: "gelu_pytorch_tanh",
  gelu_fast: "gelu_pytorch_tanh",
};

const BEHAVIOUR: readonly Key[] = [
  { name: "rms_norm_eps", keys: ["rms_norm_eps", "layer_norm_eps", "layer_norm_epsilon", "norm_epsilon", "norm_eps"] },
  ...[
    "attention_bias",
    "mlp_bias",
    "use_bias",
    "use_qkv_bias",
    "bias",
    "attn_logit_softcapping",
    "final_logit_softcapping",
    "query_pre_attn_scalar",
    "attention_multiplier",
    "embedding_multiplier",
    "residual_multiplier",
    "logits_scaling",
    "logit_scale",
    "use_qk_norm",
    "qk_layernorm",
    "use_parallel_residual",
    "parallel_attn",
    "alibi",
    "clip_qkv",
    "scale_attn_by_inverse_layer_idx",
    "num_experts_per_tok",
    "norm_topk_prob",
    "routed_scaling_factor",
    "patch_size",
    "image_size",
    "tie_word_embeddings",
  ].map((name) => ({ name, keys: [name] })),
];

/** The traits of a config, or of an object in it that describes one part of a model. */
export function traitsOf(config: JsonObject, defaults: Defaults): Traits {
  const traits = new Map<string, string>();
  const set = (name: string, value: unknown) => {
    const chosen = value === undefined ? own(defaults, name) : value;
    if (chosen !== undefined) traits.set(name, shown(chosen));
  };
  for (const { name, keys } of [...SIZES, ...BEHAVIOUR]) set(name, firstOf(config, keys));
  const family = familyOf(config);
  const act = firstOf(
    config,
    family.startsWith("gemma") ? ["hidden_activation"] : ["hidden_act", "activation_function"],
  );
  // Gemma's classes pass over a null here and over `hidden_act`.
  const named = family.startsWith("gemma") && act === null ? undefined : act;
  set("hidden_act", (typeof named === "string" ? own(ACTIVATIONS, named) : undefined) ?? named);
  set("sliding_window", slidingWindow(config, family));
  for (const [name, value] of ropeTraits(config, defaults)) traits.set(name, value);
  derive(traits, defaults);
  return traits;
}

/** As many key heads as heads, and heads that divide the width, where neither config nor family says otherwise. */
function derive(traits: Map<string, string>, defaults: Defaults): void {
  const [hidden, heads] = [Number(traits.get("hidden_size")), Number(traits.get("num_attention_heads"))];
  if (!(heads > 0)) return;
  if (isUnset(traits, "num_key_value_heads") && !Object.hasOwn(defaults, "num_key_value_heads"))
    traits.set("num_key_value_heads", String(heads));
  if (isUnset(traits, "head_dim") && hidden > 0) traits.set("head_dim", String(Math.floor(hidden / heads)));
}

function isUnset(traits: Traits, name: string): boolean {
  return (traits.get(name) ?? NONE) === NONE;
}

/** Queries of a Qwen see everything unless `use_sliding_window` is set, whatever the window. */
function slidingWindow(config: JsonObject, family: string): unknown {
  const used = config.use_sliding_window;
  if (used === false || (family.startsWith("qwen") && used !== true)) return null;
  return firstOf(config, ["sliding_window", "attention_window_size"]);
}

/** The first of the keys that a config names; `undefined` where it names none. */
function firstOf(config: JsonObject, keys: readonly string[]): unknown {
  for (const key of keys) {
    const value = configValue(config, key);
    if (value !== undefined) return value;
  }
  return undefined;
}

const NONE = "none";
/** Lists per layer can be long. */
const LONGEST = 60;

/** A value as a sentence shows it. Numbers are equal however they are written. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return NONE;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (typeof value === "string") return value.slice(0, LONGEST);
  return isObject(value) || Array.isArray(value) ? JSON.stringify(value) : NONE;
}

/** The beginning of a long value, for sentences. */
export function shortened(value: string): string {
  return value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value;
}
