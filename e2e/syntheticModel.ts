import { narrow } from "../src/formats/convert";
import { indexJson } from "../src/formats/indexJson";
import { planShards } from "../src/formats/safetensorsWriter";
import { elementCount } from "../src/formats/tensor";

const CONFIG = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  dtype: "bfloat16",
  hidden_size: 256,
  intermediate_size: 512,
  num_attention_heads: 4,
  num_key_value_heads: 1,
  num_hidden_layers: 8,
  vocab_size: 4096,
  tie_word_embeddings: false,
};

/** Sizes that a test may choose; absent, it is a Llama of 14 MB in four shards. */
export interface Sizes {
  readonly layers?: number;
  readonly hidden?: number;
  readonly vocabulary?: number;
  readonly shardBytes?: number;
}

/** Of 60 MB, where a merge should take its time. */
export const LONG: Sizes = { hidden: 512, vocabulary: 12_288 };

/** A Llama whose shards are too much for the first read of a header to bring it all. Weights follow from the seed. */
export function syntheticModel(
  seed: number,
  {
    layers = CONFIG.num_hidden_layers,
    hidden = CONFIG.hidden_size,
    vocabulary = CONFIG.vocab_size,
    shardBytes = 4_000_000,
  }: Sizes = {},
): Record<string, Uint8Array | string> {
  const config = {
    ...CONFIG,
    hidden_size: hidden,
    intermediate_size: 2 * hidden,
    num_hidden_layers: layers,
    vocab_size: vocabulary,
  };
  const shards = planShards(tensors(config), shardBytes);
  const files: Record<string, Uint8Array | string> = { "config.json": JSON.stringify(config) };
  for (const { file, size, header, tensors } of shards) {
    const bytes = new Uint8Array(size);
    bytes.set(header);
    for (const { name, shape, start } of tensors) bytes.set(weights(`${seed} ${name}`, elementCount(shape)), start);
    files[file] = bytes;
  }
  files["model.safetensors.index.json"] = indexJson(shards.flatMap(({ tensors }) => tensors));
  return files;
}

/** Small numbers, cheap to make and different everywhere. */
function weights(key: string, count: number): Uint8Array {
  let state = [...key].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), 0x811c9dc5);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    values[i] = state / 2 ** 36;
  }
  return narrow(values, "BF16");
}

function tensors(config: typeof CONFIG) {
  const { hidden_size: h, intermediate_size: m, vocab_size: v } = config;
  const kv = h / config.num_attention_heads;
  const shapes: Record<string, number[]> = {
    "model.embed_tokens.weight": [v, h],
    "model.norm.weight": [h],
    "lm_head.weight": [v, h],
  };
  for (let i = 0; i < config.num_hidden_layers; i++) {
    const layer = `model.layers.${i}`;
    Object.assign(shapes, {
      [`${layer}.input_layernorm.weight`]: [h],
      [`${layer}.post_attention_layernorm.weight`]: [h],
      [`${layer}.self_attn.q_proj.weight`]: [h, h],
      [`${layer}.self_attn.k_proj.weight`]: [kv, h],
      [`${layer}.self_attn.v_proj.weight`]: [kv, h],
      [`${layer}.self_attn.o_proj.weight`]: [h, h],
      [`${layer}.mlp.gate_proj.weight`]: [m, h],
      [`${layer}.mlp.up_proj.weight`]: [m, h],
      [`${layer}.mlp.down_proj.weight`]: [h, m],
    });
  }
  return Object.entries(shapes).map(([name, shape]) => ({ name, dtype: "BF16" as const, shape }));
}
