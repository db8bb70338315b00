import { Recent } from "../../base/recent";
import type { Model } from "../../model/model";
import { plannedFolder } from "../../recipe/plan/output/plannedFolder";
import type { MergePlan, SideFile } from "../../recipe/plan/plan";

const recent = new Recent<Model>(4);

/**
 * The model whose folder tells how a planned output reads and writes: the one whose files it gets as they are, else one whose folder
 * has the files that the output would have. Of plans with the same files it is the same, so that a tokenizer is opened once.
 */
export function plannedTexts(plan: MergePlan, models: ReadonlyMap<string, Model>): Model {
  const files = plan.sideFiles.filter(({ path }) => path !== "config.json" && path !== "mergekit_config.yml");
  const owners = new Set(files.map((file) => (file.kind === "copy" ? file.model : undefined)));
  const [only = plan.models[0]?.key] = owners;
  const model = models.get(only ?? "") ?? models.get(plan.models[0]?.key ?? "");
  if (!model) throw new TypeError("A plan has a model that is loaded.");
  if (owners.size <= 1 && !owners.has(undefined)) return model;
  return recent.get([model, ...files.flatMap((file) => identityOf(file, models))], () => ({
    ...model,
    folder: plannedFolder(plan, models, model.key),
  }));
}

function identityOf(file: SideFile, models: ReadonlyMap<string, Model>): readonly unknown[] {
  if (file.kind === "text") return [file.path, file.text];
  const from = [file.path, file.from, models.get(file.model)];
  if (file.kind === "copy") return from;
  const { kind, ...edit } = file.edit;
  return [
    ...from,
    kind,
    ...("added" in edit
      ? [edit.added, edit.limit, "template" in edit ? edit.template : undefined]
      : [JSON.stringify(edit)]),
  ];
}
