import { planShards } from "../src/formats/safetensorsWriter";
import type { TensorFacts } from "../src/formats/tensor";

/** A safetensors file of small F32 tensors, no two bytes of its data alike for a while. */
export function weightsFile(tensors: readonly TensorFacts[], salt = 0): Uint8Array {
  const [shard] = planShards(tensors, 0);
  if (!shard) throw new Error("A file needs tensors.");
  const bytes = new Uint8Array(shard.size);
  const words = new DataView(bytes.buffer);
  for (let at = shard.size - (shard.size % 4); at >= shard.header.length; at -= 4) {
    if (at + 4 <= shard.size) words.setUint32(at, 0x3e000000 + ((at * 2654435761 + salt * 40503) & 0x00ffffff), true);
  }
  bytes.set(shard.header);
  return bytes;
}

/** The tensors of the smallest thing with a Llama's names. */
export function llamaTensors(layers: number, width = 8, vocabulary = 16): readonly TensorFacts[] {
  const shapes: [string, readonly number[]][] = [
    ["lm_head.weight", [vocabulary, width]],
    ["model.embed_tokens.weight", [vocabulary, width]],
    ["model.norm.weight", [width]],
  ];
  for (let layer = 0; layer < layers; layer++) {
    const add = (name: string, shape: readonly number[]) =>
      shapes.push([`model.layers.${layer}.${name}.weight`, shape]);
    for (const name of ["q_proj", "k_proj", "v_proj", "o_proj"]) add(`self_attn.${name}`, [width, width]);
    for (const name of ["gate_proj", "up_proj"]) add(`mlp.${name}`, [2 * width, width]);
    add("mlp.down_proj", [width, 2 * width]);
    for (const name of ["input_layernorm", "post_attention_layernorm"]) add(name, [width]);
  }
  return shapes.map(([name, shape]) => ({ name, dtype: "F32", shape }));
}

export const LLAMA_CONFIG = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 8,
  intermediate_size: 16,
  num_attention_heads: 2,
  num_key_value_heads: 2,
  num_hidden_layers: 2,
  vocab_size: 16,
  rms_norm_eps: 1e-6,
  rope_theta: 10000,
  tie_word_embeddings: false,
  torch_dtype: "float32",
};
