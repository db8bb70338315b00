import type { TensorFacts } from "../../../formats/tensor";
import type { Model } from "../../../model/model";
import type { TensorSource } from "../../../model/sources/tensorSource";
import { plannedFolder } from "../output/plannedFolder";
import { plannedSize } from "../output/plannedSize";
import type { MergePlan } from "../plan";

type Planned = Pick<MergePlan, "tensors" | "config" | "sideFiles">;

/**
 * What a plan makes, as a model that others can be made of: its headers and files are known, nobody has written it.
 * @param models that it is made of
 * @param weights absent: only headers are asked for
 */
export function plannedModel(
  key: string,
  plan: Planned,
  models: ReadonlyMap<string, Model>,
  weights?: TensorSource,
): Model {
  const { config, sideFiles } = plan;
  const tensors = new Map(plan.tensors.map(({ name, dtype, shape }) => [name, { name, dtype, shape }]));
  const text = sideFiles.find((file) => file.kind === "text" && file.path === "config.json");
  return {
    key,
    config,
    configText: text?.kind === "text" ? text.text : JSON.stringify(config),
    tensors,
    weights: weights ?? headersOnly(tensors),
    folder: plannedFolder(plan, models, key),
    files: sideFiles.map((file) => ({ path: file.path, size: plannedSize(file) })),
  };
}

/** Tensors of which only names and shapes are known. */
function headersOnly(tensors: ReadonlyMap<string, TensorFacts>): TensorSource {
  const unread = async () => {
    throw new TypeError("A model that was only planned has no weights.");
  };
  return { tensors, read: unread, place: unread, ranges: unread, bytesOf: () => 0 };
}
