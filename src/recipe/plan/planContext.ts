import { findArchitecture } from "../../model/architectures/known";
import { architectureNames, configNumber } from "../../model/config";
import type { Layout } from "../../model/layout/layout";
import { layoutOf } from "../../model/layout/layoutOf";
import type { Model } from "../../model/model";
import type { ExpertLayout } from "../../model/sources/expertLayout";
import type { MethodFacts } from "../facts";
import { slicesOf } from "../parse/parts";
import type { ModelReference, Recipe } from "../parse/recipe";
import { modelReferences, openModels } from "../parse/references";
import { commonArchitecture } from "./checks/architectureCheck";
import type { PlannedModule } from "./expand";
import { adaptModels } from "./inputs/adapters";
import { alignNames } from "./inputs/alignNames";
import { alikeExperts } from "./inputs/alikeExperts";
import type { MergePlan, PlannedTensor } from "./plan";
import type { ProblemBag } from "./problemBag";
import type { VocabularyRows } from "./vocabulary/tokenizerPlan";

/** What every part of the planner needs: the recipe, the method, the opened models and their common layout. */
export interface PlanContext {
  readonly recipe: Recipe;
  readonly method: MethodFacts;
  readonly models: ReadonlyMap<string, Model>;
  /** The models referred to, each once, the base first. */
  readonly references: readonly ModelReference[];
  /** Gives the output its config and side files: the first of `references`. */
  readonly donor: { readonly reference: ModelReference; readonly checkpoint: Model };
  readonly layout: Layout;
  /** Models whose experts are read otherwise than they are stored. */
  readonly relaid: ReadonlyMap<string, ExpertLayout>;
  readonly bag: ProblemBag;
  /** Where the recipe asks for a tokenizer: what embedding and head are brought to. */
  readonly vocabulary?: VocabularyRows;
}

/** What a recipe makes of its models, whatever the numbers in it: which tensors, from which inputs, in which shape and order. */
export interface PlanStructure
  extends Pick<
    MergePlan,
    "models" | "outputDType" | "config" | "sideFiles" | "rowMaps" | "donor" | "recipe" | "mixture"
  > {
  readonly context: PlanContext;
  readonly modules: readonly PlannedModule[];
  /** With the numbers that the recipe gives them. */
  readonly tensors: readonly PlannedTensor[];
  /** What the recipe takes the results of, under each reference to them. */
  readonly stages: readonly { readonly key: string; readonly structure: PlanStructure }[];
}

/** Looks up the models and finds their common layout; `undefined` with problems when one is missing or they do not fit. */
export function openContext(
  recipe: Recipe,
  method: MethodFacts,
  opened: ReadonlyMap<string, Model>,
  bag: ProblemBag,
): PlanContext | undefined {
  const references = modelReferences(recipe);
  const models = adaptModels(openModels(recipe), opened, bag, recipe.unused);
  if (bag.failed) return undefined;
  const architecture = commonArchitecture(references, models, bag);
  // Of models that see and language models, one that sees gives the output its config and its tower.
  const sees = ({ key }: ModelReference) =>
    architectureNames(models.get(key)?.config ?? {}).some((name) => findArchitecture(name)?.text !== undefined);
  const reference = references.find(sees) ?? references[0];
  const checkpoint = reference && models.get(reference.key);
  if (bag.failed || !checkpoint) return undefined;
  reportRemarks(references, models, bag);
  const { models: alike, relaid } = alikeExperts(references, models, bag);
  const aligned = architecture === undefined ? alignNames(references, alike, bag) : alike;
  const checkpoints = references.flatMap(({ key }) => aligned.get(key) ?? []);
  const layout = layoutOf(checkpoints, architecture);
  reportLayersMissing(recipe, references, aligned, layout, bag);
  return { recipe, method, models: aligned, references, donor: { reference, checkpoint }, layout, relaid, bag };
}

/** A config that counts more layers than the files hold: a download that is not whole, or the config of another model. */
function reportLayersMissing(
  recipe: Recipe,
  references: readonly ModelReference[],
  models: ReadonlyMap<string, Model>,
  { modules: [module] }: Layout,
  bag: ProblemBag,
): void {
  if (slicesOf(recipe).length > 0 || module?.depthKey === undefined) return; // slices name the layers they take
  for (const { key, span } of references) {
    const stated = configNumber(models.get(key)?.config ?? {}, module.depthKey) ?? 0;
    const held = module.depths.get(key) ?? 0;
    if (stated <= held) continue;
    bag.add({
      code: "plan/layers-missing",
      severity: "error",
      span,
      group: key,
      facts: { model: key, key: module.depthKey, found: stated, expected: held },
    });
  }
}

/** What was found and put right when the models were opened. */
function reportRemarks(
  references: readonly ModelReference[],
  models: ReadonlyMap<string, Model>,
  bag: ProblemBag,
): void {
  for (const { key, span } of references) {
    for (const remark of models.get(key)?.remarks ?? []) bag.addSaid(remark, { severity: "note", span, group: key });
  }
}
