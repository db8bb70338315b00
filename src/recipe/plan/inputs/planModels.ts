import { modelsByKey } from "../../../model/adapters/byKey";
import type { Model } from "../../../model/model";
import { withExperts } from "../../../model/sources/expertLayout";
import type { TensorSource } from "../../../model/sources/tensorSource";
import type { MergePlan, PlannedModel } from "../plan";
import { plannedModel } from "../stages/plannedModel";

type Models = ReadonlyMap<string, Model>;
type Reading = Pick<MergePlan, "models" | "sideFiles" | "donor">;

/**
 * The models that a plan reads, out of those that are open: also those that an adapter is applied to, and the results of its stages.
 * @param weightsOf gives a stage's tensors, from the models that it reads; absent: of a stage only headers and files are asked for
 */
export function planModels(
  plan: Reading & Pick<MergePlan, "stages">,
  opened: Models,
  weightsOf?: (stage: MergePlan, models: Models) => TensorSource,
): Models {
  if (plan.stages.length === 0) return modelsRead(plan, opened);
  const known = new Map(opened);
  const made = new Map<MergePlan, TensorSource>();
  for (const { key, plan: stage } of plan.stages) {
    // What somebody has put an adapter on before was another result.
    for (const other of known.keys()) if (other.startsWith(`${key}+`)) known.delete(other);
    const models = modelsRead(stage, new Map(known));
    const weights = made.get(stage) ?? weightsOf?.(stage, models);
    if (weights) made.set(stage, weights);
    known.set(key, plannedModel(key, stage, models, weights));
  }
  return modelsRead(plan, known);
}

function modelsRead({ models, sideFiles, donor }: Reading, opened: Models): Models {
  // A tokenizer may come from a model whose weights do not.
  const owners = sideFiles.flatMap((file) => (file.kind === "text" ? [] : [file.model]));
  const keys = [...models.map(({ key }) => key), ...owners, ...(donor ? [donor.model] : [])];
  const found = new Map(modelsByKey(keys, opened));
  for (const { key, experts } of models) {
    const model = experts && found.get(key);
    if (model) found.set(key, withExperts(model, experts) ?? model);
  }
  return found;
}

/**
 * What lies somewhere: the models of a plan and of its stages, its donor and the adapters that are applied to them, each once. The
 * results of stages lie nowhere.
 */
export function planFolders({
  models,
  donor,
  stages,
}: Pick<MergePlan, "models" | "donor" | "stages">): readonly Pick<PlannedModel, "key" | "revision">[] {
  const made = new Set(stages.map(({ key }) => key));
  const all = [...models, ...stages.flatMap(({ plan }) => plan.models)];
  const folders = all
    .flatMap((model) => (model.adapted ? [model.adapted.model, model.adapted.adapter] : [model]))
    .filter(({ key }) => !made.has(key));
  const lending = (donor?.folders ?? []).map((key) => ({ key }));
  return [...new Map([...lending, ...folders].map((folder) => [folder.key, folder])).values()];
}
