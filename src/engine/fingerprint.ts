import { sha256 } from "hash-wasm";
import type { Checkpoint } from "../model/checkpoint";
import type { MergePlan } from "../recipe/plan";

/** Places looked at in each weight file of a model without a revision, and bytes read at each. */
const PROBES = 16;
const PROBE_BYTES = 4096;

/**
 * Hex sha256 of everything that decides the bytes of the output: recipe, seed, planned tensors, output config, and the
 * models' weights. A model on the Hub is known by its commit; of any other, file sizes and a few stretches of each weight
 * file are hashed, since names and shapes of two fine-tunes are alike.
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
    weights.push([key, model?.revision ?? (model && (await probe(model, signal)))]);
  }
  const { method, seed, tensors, config, recipe } = plan;
  return sha256(JSON.stringify({ method, seed, tensors, config, recipe, weights }));
}

async function probe(model: Checkpoint, signal: AbortSignal | undefined): Promise<unknown> {
  const probes: unknown[] = [];
  const files = new Set([...model.tensors.values()].map((tensor) => tensor.file));
  for (const file of [...files].sort()) {
    const source = await model.source(file);
    const step = Math.max(PROBE_BYTES, Math.floor(source.size / PROBES));
    for (let at = 0; at < source.size; at += step) {
      probes.push(await sha256(await source.read(at, Math.min(at + PROBE_BYTES, source.size), signal)));
    }
    probes.push([file, source.size]);
  }
  return probes;
}
