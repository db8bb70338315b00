import { planShards } from "../../src/formats/safetensorsWriter";
import { MemoryFolder } from "../../src/io/memory";
import type { Model } from "../../src/model/model";
import { openCheckpoint } from "../../src/model/open";
import { type LlamaShape, llamaConfig, llamaTensors, llamaWeights } from "../llama";
import type { Family } from "./onTheWay";

/** Three made-up models of one shape in memory: a base, and two that look like fine-tunes of it. */
export async function makeFamily(shape: LlamaShape): Promise<Family> {
  return [await makeModel("base", 0, shape), await makeModel("a", 1, shape), await makeModel("b", 2, shape)];
}

function makeModel(key: string, seed: number, shape: LlamaShape): Promise<Model> {
  const tensors = llamaTensors(shape).map(([name, dims]) => ({ name, dtype: "BF16" as const, shape: dims }));
  const [shard] = planShards(tensors, 0);
  if (!shard) throw new Error("the plan of one file has no file");
  const file = new Uint8Array(shard.size);
  file.set(shard.header);
  file.set(llamaWeights(seed, (shard.size - shard.header.length) / 2), shard.header.length);
  const config = new TextEncoder().encode(JSON.stringify(llamaConfig(shape)));
  return openCheckpoint(key, new MemoryFolder(key, { "config.json": config, "model.safetensors": file }));
}
