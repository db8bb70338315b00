import type { Bytes, Floats } from "../src/base/bytes";
import { narrow } from "../src/formats/convert";

/** Shape of a made-up Llama, as config.json says it. */
export interface LlamaShape {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly num_hidden_layers: number;
  readonly vocab_size: number;
}

export function llamaConfig(shape: LlamaShape): object {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    dtype: "bfloat16",
    ...shape,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: false,
  };
}

/** Its tensors in file order: names and shapes. */
export function llamaTensors(of: LlamaShape): readonly (readonly [name: string, shape: readonly number[]])[] {
  const { hidden_size: h, intermediate_size: m, vocab_size: v } = of;
  const kv = (h / of.num_attention_heads) * of.num_key_value_heads;
  const layer = (i: number): [string, number[]][] => [
    [`model.layers.${i}.input_layernorm.weight`, [h]],
    [`model.layers.${i}.self_attn.q_proj.weight`, [h, h]],
    [`model.layers.${i}.self_attn.k_proj.weight`, [kv, h]],
    [`model.layers.${i}.self_attn.v_proj.weight`, [kv, h]],
    [`model.layers.${i}.self_attn.o_proj.weight`, [h, h]],
    [`model.layers.${i}.post_attention_layernorm.weight`, [h]],
    [`model.layers.${i}.mlp.gate_proj.weight`, [m, h]],
    [`model.layers.${i}.mlp.up_proj.weight`, [m, h]],
    [`model.layers.${i}.mlp.down_proj.weight`, [h, m]],
  ];
  return [
    ["model.embed_tokens.weight", [v, h]],
    ...Array.from({ length: of.num_hidden_layers }, (_, i) => layer(i)).flat(),
    ["model.norm.weight", [h]],
    ["lm_head.weight", [v, h]],
  ];
}

/**
 * `count` weights as packed bf16. The base, seed 0, is N(0, 0.02²); other seeds add N(0, 0.002²) of their own, so that task vectors
 * look like those of a fine-tune.
 */
export function llamaWeights(seed: number, count: number): Bytes {
  const base = normals(1, count, 0.02);
  const noise = seed === 0 ? undefined : normals(seed + 1, count, 0.002);
  return narrow(noise ? base.map((x, at) => x + (noise[at] ?? 0)) : base, "BF16");
}

/** Repeatable normal numbers: a 32-bit generator under Box and Muller's transform. */
export function normals(seed: number, count: number, deviation: number): Floats {
  const out = new Float32Array(count);
  let state = seed * 0x9e3779b9;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < count; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    out[i] = radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}
