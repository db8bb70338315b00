import type { BaseCache, BaseValues } from "../../eval/baseCache";
import { isFault } from "../../io/store/fileProof";
import { planFolders } from "../../recipe/plan/inputs/planModels";
import type { MergePlan } from "../../recipe/plan/plan";
import type { ModelKey } from "../protocol/ids";
import type { Shelf } from "../shelf/models";

export interface HoldContext {
  readonly shelf: Shelf;
  /** Opens a model anew whose bytes were found wrong, and forgets what was made of it. */
  renew(model: ModelKey): Promise<void>;
}

/**
 * Holds the weights of models that were measured against what the Hub publishes of them; those that were checked before cost next to
 * nothing. What is wrong is thrown away.
 * @throws {AwaseError} `hub/bad-hash`
 */
export async function holdModels({ shelf, renew }: HoldContext, keys: Iterable<ModelKey>, signal: AbortSignal) {
  let fault: unknown;
  for (const key of new Set(keys)) {
    const { checkpoint } = shelf.get(key);
    const files = new Set([...checkpoint.tensors.values()].map(({ file }) => file));
    let isWrong = false;
    for (const file of files) {
      const { proof } = await checkpoint.source(file);
      try {
        await proof?.hold([], false, signal);
      } catch (error) {
        if (!isFault(error)) throw error;
        fault ??= error;
        isWrong = true;
        await proof?.forget();
      }
    }
    if (isWrong) await renew(key);
  }
  if (fault !== undefined) throw fault;
}

/** The models of a plan, and others. */
export function modelsOf(plan: MergePlan, ...others: readonly ModelKey[]): readonly ModelKey[] {
  return [...planFolders(plan).map(({ key }) => key), ...others];
}

/** A cache that is told nothing of what was measured until it is released: of wrong bytes nothing may be remembered. */
export function heldBack(cache: BaseCache): BaseCache & { release(): Promise<void> } {
  const held = new Map<string, BaseValues>();
  return {
    get: async (key) => held.get(key) ?? cache.get(key),
    put: async (key, values) => void held.set(key, values),
    async release() {
      for (const [key, values] of held) await cache.put(key, values);
      held.clear();
    },
  };
}
