import { sha256 } from "hash-wasm";
import { type Checkpoint, filesOf } from "../../model/checkpoint";
import type { MergePlan } from "../../recipe/plan/plan";

/** Places looked at in each weight file of a model without a revision, and bytes read at each. */
const PROBES = 16;
const PROBE_BYTES = 4096;

/**
 * What tells a model's weights from any other's without reading them all. A model on the Hub is known by its commit; of any
 * other, file sizes and a few stretches of each weight file are hashed, since names and shapes of two fine-tunes are alike.
 * Two models that differ nowhere in those stretches are taken for one: training moves every weight, a few rows edited by hand
 * may go unnoticed.
 */
export async function weightsIdentity(model: Checkpoint, signal?: AbortSignal): Promise<unknown> {
  if (model.revision !== undefined) return model.revision;
  const probes: unknown[] = [];
  const files = new Set([...model.tensors.values()].flatMap(filesOf));
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

/** Keys of open checkpoints: their folders are taken to stay as they are while they are open. */
const known = new WeakMap<Checkpoint, string>();

/**
 * Hex sha256 by which what was measured of a model is found again: its weights, its tensors and its config. The folder's name
 * is not in it.
 */
export async function contentKey(model: Checkpoint, signal?: AbortSignal): Promise<string> {
  const remembered = known.get(model);
  if (remembered !== undefined) return remembered;
  const tensors = [...model.tensors.values()].map(({ name, dtype, shape, start, end }) => [
    name,
    dtype,
    shape,
    start,
    end,
  ]);
  const key = await sha256(JSON.stringify([await weightsIdentity(model, signal), tensors, model.configText]));
  known.set(model, key);
  return key;
}

/** The same of a model that was only planned: two recipes that make the same weights the same way have one key. */
export async function planKey(
  { method, seed, tensors, config, models }: MergePlan,
  checkpoints: ReadonlyMap<string, Checkpoint>,
  signal?: AbortSignal,
): Promise<string> {
  const keys: unknown[] = [];
  for (const { key } of models) {
    const checkpoint = checkpoints.get(key);
    keys.push([key, checkpoint && (await contentKey(checkpoint, signal))]);
  }
  return sha256(JSON.stringify({ method, seed, tensors, config, keys }));
}
