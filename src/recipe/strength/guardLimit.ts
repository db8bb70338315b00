import { configNumber, DEPTH_KEYS } from "../../model/config";
import type { ModelHeaders } from "../../model/model";
import type { MethodFacts } from "../facts";
import type { MergePlan } from "../plan/plan";

/** Why a guard can look at a merge as a whole only, and take nothing of it back. */
export interface GuardLimit {
  /** `guard/whole-…` */
  readonly code: string;
  readonly message: string;
  readonly facts: Readonly<Record<string, string | number>>;
}

const WHOLE =
  "The guard measures the whole result against it before anything is written: over the cap it warns, or stops where it is told to.";

/** Key of the model a merge is measured against: its base, else the model that gives the config. */
export function guardBase({ models }: MergePlan): string {
  return (models.find(({ isBase }) => isBase) ?? models[0])?.key ?? "";
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
  if (!base) return undefined;
  const [layers, own] = [depthOf(plan.config), depthOf(base.config)];
  if (layers !== own) {
    const facts = { base: key, found: layers, expected: own };
    return {
      code: "guard/whole-depth",
      message: `The merge has ${facts.found} layers and ${key} has ${facts.expected}, so no group of layers can be taken back to it. ${WHOLE}`,
      facts,
    };
  }
  for (const { name, shape } of plan.tensors) {
    const other = base.tensors.get(name)?.shape;
    if (!other || (other.length === shape.length && other.every((size, axis) => size === shape[axis]))) continue;
    const facts = { base: key, tensor: name, found: `[${shape.join(", ")}]`, expected: `[${other.join(", ")}]` };
    return {
      code: "guard/whole-shape",
      message: `${name} of the merge has the shape ${facts.found}, and in ${key} it has ${facts.expected}, so no group of layers can be taken back to it. ${WHOLE}`,
      facts,
    };
  }
  if (method && !method.strength) {
    const facts = { base: key, method: method.label };
    return {
      code: "guard/whole-method",
      message: `${method.label} has no parameter that leads back to ${key}, so no group of layers can be weakened. ${WHOLE} To have groups rolled back, use a method with a base, such as task_arithmetic.`,
      facts,
    };
  }
  return undefined;
}

/** The same, found when the guard begins: the recipe has no words for a merge that is weaker in some layers only. */
export function unwritableLimit(
  plan: MergePlan,
  problem: { readonly code: string; readonly message: string },
): GuardLimit {
  const facts = { base: guardBase(plan), code: problem.code };
  return {
    code: "guard/whole-recipe",
    message: `No group of layers can be taken back to ${facts.base}: ${problem.message} ${WHOLE}`,
    facts,
  };
}

function depthOf(config: ModelHeaders["config"]): number {
  return DEPTH_KEYS.map((key) => configNumber(config, key)).find((depth) => depth !== undefined) ?? 0;
}
