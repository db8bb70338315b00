import type { Device } from "../../compute/device";
import type { Routers } from "../../merge/mixture/stack";
import type { Model } from "../../model/model";
import type { MergePlan } from "../../recipe/plan/plan";

/** The rows of a mixture's routers, made before anything is written: a model reads prompts for them. */
export async function routersOf(
  plan: MergePlan,
  models: ReadonlyMap<string, Model>,
  device: Device,
  signal?: AbortSignal,
): Promise<{ readonly routers?: Routers }> {
  if (!plan.mixture) return {};
  const { makeRouters } = await import("../../merge/mixture/routers");
  return { routers: await makeRouters(plan, models, device, signal) };
}
