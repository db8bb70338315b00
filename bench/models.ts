import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { narrow } from "../src/formats/convert";
import { planShards } from "../src/formats/safetensorsWriter";

/** A Llama of about 1 GB in bf16: nine wide layers and both embeddings, in one file. */
const CONFIG = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  dtype: "bfloat16",
  hidden_size: 2048,
  intermediate_size: 5632,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  num_hidden_layers: 9,
  vocab_size: 32_000,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: false,
};

export const BENCH_MODELS = ["bench-base", "bench-a", "bench-b"] as const;

/** Weights repeat after this many elements: enough that no cache holds them. */
const PERIOD = 1 << 24;

/**
 * Writes the three models of the benchmark, once. The base is N(0, 0.02²); the others add N(0, 0.002²) of their own, so that
 * task vectors look like those of a fine-tune.
 */
export async function ensureBenchModels(folder: string): Promise<void> {
  const base = normals(1, 0.02);
  for (const [i, name] of BENCH_MODELS.entries()) {
    const home = join(folder, name);
    if (existsSync(join(home, "config.json"))) continue;
    mkdirSync(home, { recursive: true });
    const noise = i === 0 ? undefined : normals(i + 1, 0.002);
    const pattern = narrow(noise ? base.map((x, at) => x + (noise[at] ?? 0)) : base, "BF16");
    await writeWeights(join(home, "model.safetensors"), pattern);
    writeFileSync(join(home, "config.json"), `${JSON.stringify(CONFIG, null, 2)}\n`); // last: marks the model as whole
  }
}

async function writeWeights(path: string, pattern: Uint8Array): Promise<void> {
  const tensors = benchTensors().map(([name, shape]) => ({ name, dtype: "BF16" as const, shape }));
  const [shard] = planShards(tensors, 0);
  if (!shard) throw new Error("the plan of one file has no file");
  const part = `${path}.part`;
  const file = await open(part, "w");
  await file.write(shard.header, 0, shard.header.length, 0);
  let at = shard.header.length;
  let phase = 0;
  while (at < shard.size) {
    const length = Math.min(pattern.length - phase, shard.size - at);
    await file.write(pattern, phase, length, at);
    at += length;
    phase = (phase + length) % pattern.length;
  }
  await file.close();
  await rename(part, path);
}

function benchTensors(): [string, number[]][] {
  const { hidden_size: h, intermediate_size: m, vocab_size: v, num_hidden_layers: layers } = CONFIG;
  const kv = (h / CONFIG.num_attention_heads) * CONFIG.num_key_value_heads;
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
    ...Array.from({ length: layers }, (_, i) => layer(i)).flat(),
    ["model.norm.weight", [h]],
    ["lm_head.weight", [v, h]],
  ];
}

/** Repeatable normal numbers: a 32-bit generator under Box and Muller's transform. */
function normals(seed: number, deviation: number): Float32Array {
  const out = new Float32Array(PERIOD);
  let state = seed * 0x9e3779b9;
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < PERIOD; i += 2) {
    const radius = deviation * Math.sqrt(-2 * Math.log(1 - uniform()));
    const angle = 2 * Math.PI * uniform();
    out[i] = radius * Math.cos(angle);
    out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}
