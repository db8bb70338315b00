import { modelsByKey } from "../../model/adapters/byKey";
import type { Model } from "../../model/model";
import type { MergePlan, PlannedModel } from "./plan";

/** The models that a plan reads, out of those that are open: also those that an adapter is applied to. */
export function planModels(
  { models, sideFiles, donor }: Pick<MergePlan, "models" | "sideFiles" | "donor">,
  opened: ReadonlyMap<string, Model>,
): ReadonlyMap<string, Model> {
  // A tokenizer may come from a model whose weights do not.
  const owners = sideFiles.flatMap((file) => (file.kind === "text" ? [] : [file.model]));
  return modelsByKey([...models.map(({ key }) => key), ...owners, ...(donor ? [donor.model] : [])], opened);
}

/** What lies somewhere: the models of a plan, its donor and the adapters that are applied to them, each once. */
export function planFolders({
  models,
  donor,
}: Pick<MergePlan, "models" | "donor">): readonly Pick<PlannedModel, "key" | "revision">[] {
  const folders = models.flatMap((model) => (model.adapted ? [model.adapted.model, model.adapted.adapter] : [model]));
  const lending = (donor?.folders ?? []).map((key) => ({ key }));
  return [...new Map([...lending, ...folders].map((folder) => [folder.key, folder])).values()];
}
