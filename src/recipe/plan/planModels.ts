import { modelsByKey } from "../../model/adapters/byKey";
import type { Model } from "../../model/model";
import type { MergePlan, PlannedModel } from "./plan";

/** The models that a plan reads, out of those that are open: also those that an adapter is applied to. */
export function planModels(
  { models, sideFiles }: Pick<MergePlan, "models" | "sideFiles">,
  opened: ReadonlyMap<string, Model>,
): ReadonlyMap<string, Model> {
  // A tokenizer may come from a model whose weights do not.
  const owners = sideFiles.flatMap((file) => (file.kind === "text" ? [] : [file.model]));
  return modelsByKey([...models.map(({ key }) => key), ...owners], opened);
}

/** What lies somewhere: the models of a plan and the adapters that are applied to them, each once. */
export function planFolders({ models }: Pick<MergePlan, "models">): readonly Pick<PlannedModel, "key" | "revision">[] {
  const folders = models.flatMap((model) => (model.adapted ? [model.adapted.model, model.adapted.adapter] : [model]));
  return [...new Map(folders.map((folder) => [folder.key, folder])).values()];
}
