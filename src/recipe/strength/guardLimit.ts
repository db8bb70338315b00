import type { Said } from "../../base/sentences";
import { configNumber, DEPTH_KEYS } from "../../model/config";
import type { ModelHeaders } from "../../model/model";
import type { MethodFacts } from "../facts";
import type { MergePlan } from "../plan/plan";
import { stageOf } from "../plan/stages/stages";
import { limit } from "../problems/strength";

/** Why a guard can look at a merge as a whole only, and take nothing of it back: `guard/whole-…`. */
export type GuardLimit = Said;

/** Key of the model a merge is measured against: its base, else the model that gives the config, without its adapter. */
export function guardBase({ models }: MergePlan): string {
  const [first] = models;
  return models.find(({ isBase }) => isBase)?.key ?? first?.adapted?.model.key ?? first?.key ?? "";
}

/** What headers would say of the result of another recipe of the text. */
export function plannedHeaders(plan: MergePlan, key: string): Pick<ModelHeaders, "config" | "tensors"> | undefined {
  const stage = stageOf(plan, key);
  return stage && { config: stage.config, tensors: new Map(stage.tensors.map((tensor) => [tensor.name, tensor])) };
}

/**
 * What is in the way of a guard that puts merged groups of layers beside those of the base and weakens what breaks the
 * model: another shape than the base's, or a method without strength. Told from headers; `undefined` where nothing is.
 */
export function guardLimit(
  plan: MergePlan,
  method: Pick<MethodFacts, "label" | "strength"> | undefined,
  base: Pick<ModelHeaders, "config" | "tensors"> | undefined,
): GuardLimit | undefined {
  const key = guardBase(plan);
  if (plan.donor) return limit("guard/whole-donor", { base: key, donor: plan.donor.model });
  if (!base) return undefined;
  const [layers, own] = [depthOf(plan.config), depthOf(base.config)];
  if (layers !== own) {
    const facts = { base: key, found: layers, expected: own };
    return limit("guard/whole-depth", facts);
  }
  for (const { name, shape, inputs } of plan.tensors) {
    if (inputs.some(({ rows }) => rows !== undefined)) continue; // the base's rows are brought to the same vocabulary
    const other = base.tensors.get(name)?.shape;
    if (!other || (other.length === shape.length && other.every((size, axis) => size === shape[axis]))) continue;
    const facts = { base: key, tensor: name, found: `[${shape.join(", ")}]`, expected: `[${other.join(", ")}]` };
    return limit("guard/whole-shape", facts);
  }
  if (plan.mixture) return limit("guard/whole-method", { base: key, method: "Mixture of experts" });
  if (method && !method.strength) {
    const facts = { base: key, method: method.label };
    return limit("guard/whole-method", facts);
  }
  return undefined;
}

/** The same, found when the guard begins: the recipe has no words for a merge that is weaker in some layers only. */
export function unwritableLimit(
  plan: MergePlan,
  problem: { readonly code: string; readonly message: string },
): GuardLimit {
  return limit("guard/whole-recipe", { base: guardBase(plan), code: problem.code, reason: problem.message });
}

function depthOf(config: ModelHeaders["config"]): number {
  return DEPTH_KEYS.map((key) => configNumber(config, key)).find((depth) => depth !== undefined) ?? 0;
}
