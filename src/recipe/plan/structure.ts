import type { Model } from "../../model/model";
import { planDonor } from "../donor/donor";
import type { MethodFacts } from "../facts";
import { parseRecipe } from "../parse/parse";
import type { Mixture, Recipe } from "../parse/recipe";
import { knownModels, neededModels } from "../parse/references";
import { fewProblems } from "../problems/fewProblems";
import type { Problem } from "../problems/problem";
import { plannedModel, referredVocabularies } from "./adapters";
import { checkCommonLayers, checkDepth } from "./checks/commonLayers";
import { checkConfigsFit } from "./checks/configsFit";
import { checkDonor } from "./checks/donorCheck";
import { checkLayersFit } from "./checks/layersFit";
import { lintFilters } from "./checks/lintFilters";
import { checkInputs, findMethodFacts } from "./checks/methodCheck";
import type { Attempt } from "./checks/otherDonor";
import { checkSize } from "./checks/sizeCheck";
import { reportUnplaced } from "./checks/unplaced";
import { checkVocabularies } from "./checks/vocabularyFits";
import { expandRecipe } from "./expand";
import { outputConfig } from "./output/outputConfig";
import { sideFiles } from "./output/sideFiles";
import { lintParameters } from "./parameters";
import { openContext, type PlanContext, type PlanStructure } from "./planContext";
import { byWeight, ProblemBag } from "./problemBag";
import { planTensors } from "./tensors";
import type { Vocabularies } from "./vocabularies";
import { askedTemplate } from "./vocabulary/chatTemplate";
import { reportPadding } from "./vocabulary/padding";
import { newIds } from "./vocabulary/specialIds";
import { tokenizerModel } from "./vocabulary/tokenizerModel";
import { openVocabulary } from "./vocabulary/vocabulary";

/** A structure, or none and the reasons: with an `error` among the problems there is none. */
export interface StructureReport {
  readonly structure?: PlanStructure;
  readonly problems: readonly Problem[];
}

/**
 * Reads a recipe and lays out what it makes, from the headers of its models. No weight is read; all that mergekit finds out after the
 * download is found here, with the place in the text that caused it. Never throws for what a recipe or a model says.
 * @param models opened models by key; those the recipe does not name are ignored
 * @param mixtures how recipes with `experts` are laid out; they need it
 * @param vocabularies of the models; without them it is not asked whether rows mean the same tokens, and no tokenizer can be asked for
 */
export function structure(
  text: string,
  models: ReadonlyMap<string, Model>,
  methods: readonly MethodFacts[],
  vocabularies?: Vocabularies,
  mixtures?: LayOutMixture,
): StructureReport {
  const layOut = (recipe: string, attempt: Attempt) =>
    structureOnce(recipe, { models, methods, vocabularies, mixtures, attempt });
  return layOut(text, (edited) => layOut(edited, () => false).structure !== undefined);
}

/** Lays out a recipe with `experts`; a part of its own, as few recipes have any. */
export type LayOutMixture = (
  text: string,
  recipe: Recipe & { readonly mixture: Mixture },
  models: ReadonlyMap<string, Model>,
  bag: ProblemBag,
) => PlanStructure | undefined;

interface Surroundings {
  readonly models: ReadonlyMap<string, Model>;
  readonly methods: readonly MethodFacts[];
  readonly vocabularies: Vocabularies | undefined;
  readonly mixtures: LayOutMixture | undefined;
  /** Tells whether an edited recipe can be merged, for fixes. */
  readonly attempt: Attempt;
}

function structureOnce(
  text: string,
  { models, methods, vocabularies, mixtures, attempt }: Surroundings,
): StructureReport {
  const { recipe, problems } = parseRecipe(text, knownModels(models.keys()));
  const bag = new ProblemBag();
  const report = (found?: PlanStructure): StructureReport => ({
    ...(found ? { structure: found } : {}),
    problems: fewProblems([...problems, ...bag.problems()].sort(byWeight)),
  });
  if (recipe?.mixture) {
    if (!mixtures) throw new TypeError("Nobody here lays out mixtures.");
    const found = hasError(problems) ? undefined : mixtures(text, { ...recipe, mixture: recipe.mixture }, models, bag);
    return report(bag.failed ? undefined : found);
  }
  const method = recipe && findMethodFacts(recipe.method, methods, bag);
  if (!recipe || !method || hasError(problems)) return report();
  const opened = openContext(recipe, method, models, bag);
  if (!opened) return report();
  const known = referredVocabularies(neededModels(recipe), vocabularies ?? new Map());
  const vocabulary = openVocabulary(opened, known);
  const context: PlanContext = { ...opened, ...(vocabulary ? { vocabulary } : {}) };

  lintParameters(context);
  checkCommonLayers(context);
  const modules = expandRecipe(recipe, context.layout, bag);
  checkDepth(context, modules);
  checkSize(context, modules);
  if (!bag.failed) lintFilters(context, modules);
  checkInputs(context, modules);
  reportUnnamed(context);
  if (bag.failed) return report();
  reportUnplaced(context);
  const planned = planTensors(context, modules);
  if (bag.failed) return report();
  checkLayersFit(context, modules, planned);
  const tokenizer = tokenizerModel(context);
  if (vocabularies && !vocabulary) {
    checkVocabularies(context, planned, tokenizer, { vocabularies: known, text, attempt });
  }
  const template = askedTemplate(context, known);
  const ids = newIds(context);
  reportPadding(context, text);
  checkDonor(context);
  if (bag.failed) return report();
  checkConfigsFit(context);

  const { config, text: configText } = outputConfig(context, modules, planned, ids);
  if (bag.failed) return report();
  return report({
    context,
    modules,
    tensors: planned.tensors,
    models: context.references.map((reference) => plannedModel(reference, models, reference.key === recipe.base?.key)),
    outputDType: recipe.outDtype?.value ?? recipe.dtype?.value ?? "as stored",
    config,
    sideFiles: sideFiles(context, {
      tokenizer,
      configText,
      recipe: text,
      ids,
      ...(template === undefined ? {} : { template }),
    }),
    rowMaps: planned.rowMaps,
    ...(recipe.extras.donor ? { donor: planDonor(recipe.extras.donor) } : {}),
    recipe: text,
  });
}

function hasError(problems: readonly Problem[]): boolean {
  return problems.some(({ severity }) => severity === "error");
}

/** Tensors that the definition does not name are kept, unlike in mergekit; it is said once. */
function reportUnnamed({ layout, donor, bag }: PlanContext): void {
  for (const tensor of layout.unnamed) {
    bag.add({
      code: "plan/unnamed-tensor",
      severity: "note",
      span: donor.reference.span,
      tensor,
    });
  }
}
