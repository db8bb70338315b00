import { sha256 } from "hash-wasm";
import type { Checkpoint } from "../../model/checkpoint";
import type { MergePlan } from "../../recipe/plan/plan";
import { weightsIdentity } from "../shelf/contentKey";

/**
 * Hex sha256 of everything that decides the bytes of the output: recipe, seed, planned tensors, output config, and the
 * models' weights as far as `weightsIdentity` knows them.
 * Not in it: what is cached, the device, the block size, the size of shards.
 */
export async function planFingerprint(
  plan: MergePlan,
  models: ReadonlyMap<string, Checkpoint>,
  signal?: AbortSignal,
): Promise<string> {
  const weights: unknown[] = [];
  for (const { key } of plan.models) {
    const model = models.get(key);
    weights.push([key, model && (await weightsIdentity(model, signal))]);
  }
  const { method, seed, tensors, config, recipe } = plan;
  return sha256(JSON.stringify({ method, seed, tensors, config, recipe, weights }));
}
