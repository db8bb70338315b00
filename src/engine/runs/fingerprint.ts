import { sha256 } from "../../base/hashes";
import type { MergePlan } from "../../recipe/plan/plan";

/**
 * Hex sha256 of everything in a plan that decides the bytes of the output: recipe, seed, planned tensors, output config. The models'
 * weights are told apart by `inputFiles`.
 * Not in it: what is cached, the device, the block size, the size of shards.
 */
export async function planFingerprint(plan: MergePlan): Promise<string> {
  return sha256(
    JSON.stringify({
      ...deciding(plan),
      ...(plan.stages.length > 0 ? { stages: plan.stages.map(({ plan: stage }) => deciding(stage)) } : {}),
    }),
  );
}

function deciding({ method, seed, tensors, config, recipe }: MergePlan) {
  return { method, seed, tensors, config, recipe };
}
