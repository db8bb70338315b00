import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { open, rename } from "node:fs/promises";
import { join } from "node:path";
import { planShards } from "../src/formats/safetensorsWriter";
import { type LlamaShape, llamaConfig, llamaTensors, llamaWeights } from "./llama";

/** A Llama of about 1 GB in bf16: nine wide layers and both embeddings, in one file. */
export const BENCH_SHAPE = {
  hidden_size: 2048,
  intermediate_size: 5632,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  num_hidden_layers: 9,
  vocab_size: 32_000,
};

export const BENCH_MODELS = ["bench-base", "bench-a", "bench-b"] as const;

/** Weights repeat after this many elements: enough that no cache holds them. */
const PERIOD = 1 << 24;

/** The same of about so many bytes. */
export function benchShape(bytes: number): LlamaShape {
  const share = Math.min(1, bytes / 1.05e9);
  return {
    ...BENCH_SHAPE,
    num_hidden_layers: Math.max(1, Math.round(9 * share)),
    vocab_size: Math.max(256, Math.round(32_000 * share)),
  };
}

/** Writes the three models of the benchmark, once. */
export async function ensureBenchModels(folder: string, shape: LlamaShape = BENCH_SHAPE): Promise<void> {
  for (const [seed, name] of BENCH_MODELS.entries()) {
    const home = join(folder, name);
    if (existsSync(join(home, "config.json"))) continue;
    mkdirSync(home, { recursive: true });
    await writeWeights(join(home, "model.safetensors"), llamaWeights(seed, PERIOD), shape);
    writeFileSync(join(home, "config.json"), `${JSON.stringify(llamaConfig(shape), null, 2)}\n`); // last: marks the model as whole
  }
}

async function writeWeights(path: string, pattern: Uint8Array, shape: LlamaShape): Promise<void> {
  const tensors = llamaTensors(shape).map(([name, shape]) => ({ name, dtype: "BF16" as const, shape }));
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
