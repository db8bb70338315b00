import type { Model } from "../../model/model";
import type { TensorSource } from "../../model/sources/tensorSource";
import type { MergePlan } from "../../recipe/plan/plan";
import type { Routers } from "../mixture/stack";
import { MergedSource } from "../source";
import { float16Overflow } from "./overflow";
import { type WriteRun, writeTensors } from "./writer";

export interface MergeRun extends Omit<WriteRun, "overflow"> {
  readonly models: ReadonlyMap<string, Model>;
  /** What is written instead of the merge's own tensors: with rows replaced, say. */
  readonly over?: ((source: TensorSource) => TensorSource) | undefined;
  /** Of a mixture: the rows of its routers. */
  readonly routers?: Routers;
}

/**
 * Makes every tensor of a plan, in the plan's order.
 * @throws {AwaseError} what `writeTensors` throws
 */
export async function runMerge(plan: MergePlan, run: MergeRun): Promise<void> {
  const { models, device, blockBytes, routers } = run;
  const source = new MergedSource(plan, {
    models,
    device,
    ...(routers ? { routers } : {}),
    budgetBytes: device.info.budgetBytes, // one tensor after the other: nobody else needs room
    ...(blockBytes === undefined ? {} : { blockBytes }),
  });
  const names = plan.tensors.map(({ name }) => name);
  return writeTensors(run.over ? run.over(source) : source, names, {
    ...run,
    overflow: async (tensor, nonFinite, signal) => {
      const planned = plan.tensors[tensor];
      const isMerged = planned?.action === "merge" || planned?.action === "copy";
      return isMerged && plan.mixture === undefined
        ? float16Overflow(plan, planned, nonFinite, { models, device }, signal)
        : undefined;
    },
  });
}
