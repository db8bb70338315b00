import { sha256 } from "../../base/hashes";
import type { Checkpoint } from "../../model/checkpoint";
import { planFolders } from "../../recipe/plan/inputs/planModels";
import type { MergePlan } from "../../recipe/plan/plan";
import { fileIdentities } from "./fileIdentity";

/** Keys of open checkpoints: their sources refuse to be read once the files are others than at the opening. */
const known = new WeakMap<Checkpoint, string>();

/**
 * Hex sha256 by which what was measured of a model is found again: its weights and when they were last changed, its tensors and its
 * config. The folder's name is not in it. A file that was only touched is measured anew, which costs time and is never wrong.
 */
export async function contentKey(model: Checkpoint, signal?: AbortSignal): Promise<string> {
  const remembered = known.get(model);
  if (remembered !== undefined) return remembered;
  const weights: unknown[] = [];
  for (const { file, size, identity } of await fileIdentities(model, signal)) {
    weights.push([file, size, identity, (await model.source(file)).version?.mark]);
  }
  const tensors = [...model.tensors.values()].map(({ name, dtype, shape, start, end }) => [
    name,
    dtype,
    shape,
    start,
    end,
  ]);
  const key = await sha256(JSON.stringify([weights, tensors, model.configText]));
  known.set(model, key);
  return key;
}

/** The same of a model that was only planned: two recipes that make the same weights the same way have one key. */
export async function planKey(
  plan: MergePlan,
  checkpoints: ReadonlyMap<string, Checkpoint>,
  signal?: AbortSignal,
): Promise<string> {
  const { method, seed, tensors, config, donor, mixture, stages } = plan;
  const made = stages.map(({ key, plan: stage }) => [key, stage.method, stage.tensors]);
  const keys: unknown[] = [];
  for (const { key } of planFolders(plan)) {
    const checkpoint = checkpoints.get(key);
    keys.push([key, checkpoint && (await contentKey(checkpoint, signal))]);
  }
  const lent = donor ? { lent: donor.parameters } : {};
  const fed = made.length > 0 ? { made } : {};
  return sha256(JSON.stringify({ method, seed, tensors, config, keys, mixture, ...lent, ...fed }));
}
