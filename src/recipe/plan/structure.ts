import { append } from "../../base/lists";
import type { Model } from "../../model/model";
import { planDonor } from "../donor/donor";
import type { MethodFacts } from "../facts";
import { parseRecipe } from "../parse/parse";
import type { Mixture, Recipe } from "../parse/recipe";
import { foldersOf, knownModels, neededModels, openModels } from "../parse/references";
import { fewProblems } from "../problems/fewProblems";
import type { Problem } from "../problems/problem";
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
import { plannedModel, referredVocabularies } from "./inputs/adapters";
import { outputConfig } from "./output/outputConfig";
import { sideFiles } from "./output/sideFiles";
import { lintParameters } from "./parameters";
import { openContext, type PlanContext, type PlanStructure } from "./planContext";
import { byWeight, ProblemBag } from "./problemBag";
import { plannedModel as modelOfPlan } from "./stages/plannedModel";
import { planTensors } from "./tensors";
import { tokenizerModel } from "./vocabulary/tokenizerModel";
import type { TokenizerPlan } from "./vocabulary/tokenizerPlan";
import type { KnownVocabulary, Vocabularies } from "./vocabulary/vocabularies";

/** A structure, or none and the reasons: with an `error` among the problems there is none. */
export interface StructureReport {
  readonly structure?: PlanStructure;
  readonly problems: readonly Problem[];
}

/**
 * Reads a recipe and lays out what it makes, from the headers of its models. No weight is read; all that mergekit finds out after the
 * download is found here, with the place in the text that caused it. Never throws for what a recipe or a model says.
 * @param models opened models by key; those the recipe does not name are ignored
 * @param vocabularies of the models; without them it is not asked whether rows mean the same tokens, and no tokenizer can be asked for
 * @param later what few recipes need; those do
 */
export function structure(
  text: string,
  models: ReadonlyMap<string, Model>,
  methods: readonly MethodFacts[],
  vocabularies?: Vocabularies,
  later: LaterParts = {},
): StructureReport {
  const once = (recipe: string, attempt: Attempt) =>
    structureOnce(recipe, { models, methods, vocabularies, attempt, ...later });
  return once(text, (edited) => once(edited, () => false).structure !== undefined);
}

/** Lays out a recipe with `experts`; a part of its own, as few recipes have any. */
export type LayOutMixture = (
  text: string,
  recipe: Recipe & { readonly mixture: Mixture },
  models: ReadonlyMap<string, Model>,
  bag: ProblemBag,
) => PlanStructure | undefined;

/** Works out what a recipe asks of tokenizer and template: `planTokenizer`. */
export type TokenizerPlanner = (context: PlanContext, vocabularies: Vocabularies, text: string) => TokenizerPlan;

/** Parts that are loaded where a recipe needs them. */
export interface LaterParts {
  /** For `experts`. */
  readonly mixtures?: LayOutMixture | undefined;
  /** For a tokenizer or a template that is asked for. */
  readonly tokenizers?: TokenizerPlanner | undefined;
}

interface Surroundings extends LaterParts {
  readonly models: ReadonlyMap<string, Model>;
  readonly methods: readonly MethodFacts[];
  readonly vocabularies: Vocabularies | undefined;
  /** Tells whether an edited recipe can be merged, for fixes. */
  readonly attempt: Attempt;
}

function structureOnce(text: string, around: Surroundings): StructureReport {
  const { recipe, problems } = parseRecipe(text, knownModels(around.models.keys()));
  const said = [...problems];
  const report = (structure?: PlanStructure): StructureReport => ({
    ...(structure ? { structure } : {}),
    problems: fewProblems(said.sort(byWeight)),
  });
  if (!recipe || hasError(problems)) {
    const bag = new ProblemBag();
    for (const each of recipe ? [recipe, ...recipe.stages.map((stage) => stage.recipe)] : []) {
      if (!each.mixture) findMethodFacts(each.method, around.methods, bag);
    }
    append(said, bag.problems());
    return report();
  }
  const staged = layOutStages(recipe, text, around, said);
  if (!staged) return report();
  const { structure, problems: found } = layOut(recipe, text, staged.around);
  append(said, found);
  return report(structure && { ...structure, stages: staged.stages });
}

/** The recipes that feed this one, and the models with their results; `undefined` with what was found where one has none. */
function layOutStages(recipe: Recipe, text: string, surroundings: Surroundings, said: Problem[]) {
  const stages: PlanStructure["stages"][number][] = [];
  const references = [recipe, ...recipe.stages.map((stage) => stage.recipe)].flatMap(openModels);
  const models = new Map(surroundings.models);
  const vocabularies = surroundings.vocabularies && new Map(surroundings.vocabularies);
  let failed = false;
  for (const { name, recipe: stage } of recipe.stages) {
    if (surroundings.methods.some(({ id }) => id === name)) {
      const bag = new ProblemBag();
      bag.add({ code: "plan/method-name", severity: "warning", span: stage.name?.span, facts: { name } });
      append(said, bag.problems());
    }
    const { structure, problems } = layOut(stage, text, { ...surroundings, models: new Map(models), vocabularies });
    append(said, problems);
    failed ||= structure === undefined;
    const taken = references.flatMap((reference) => foldersOf(reference)).filter(({ path }) => path === name);
    for (const key of new Set(taken.map((folder) => folder.key))) {
      if (!structure) continue;
      stages.push({ key, structure });
      models.set(key, modelOfPlan(key, structure, new Map(models)));
      const known = vocabularyOf(structure, vocabularies);
      if (known) vocabularies?.set(key, known);
    }
  }
  return failed ? undefined : { stages, around: { ...surroundings, models, vocabularies } };
}

/** What is known of the tokenizer that a plan's output has. */
function vocabularyOf({ context }: PlanStructure, vocabularies: Vocabularies | undefined): KnownVocabulary | undefined {
  const { output } = context.vocabulary ?? {};
  const [folder] = foldersOf(tokenizerModel(context));
  const own = folder && vocabularies?.get(folder.key);
  return output ? { vocabulary: { ...own?.vocabulary, roles: [], tokens: output.tokens } } : own;
}

/** Lays out one recipe of the text. Edits that would reach into another are left out. */
function layOut(recipe: Recipe, text: string, around: Surroundings): StructureReport {
  const { structure, problems } = layOutAlone(recipe, text, around);
  const { from = 0, to = text.length } = recipe.range ?? {};
  const own = problems.map((problem) => {
    const { fix, ...rest } = problem;
    return fix && (fix.from < from || fix.to > to) ? rest : problem;
  });
  return { ...(structure ? { structure } : {}), problems: own };
}

function layOutAlone(recipe: Recipe, text: string, around: Surroundings): StructureReport {
  const { models, methods, vocabularies, mixtures } = around;
  const bag = new ProblemBag();
  const report = (found?: PlanStructure): StructureReport => ({
    ...(found ? { structure: found } : {}),
    problems: bag.problems(),
  });
  if (recipe.mixture) {
    if (!mixtures) throw new TypeError("Nobody here lays out mixtures.");
    const found = mixtures(text, { ...recipe, mixture: recipe.mixture }, models, bag);
    return report(bag.failed ? undefined : found);
  }
  const method = findMethodFacts(recipe.method, methods, bag);
  if (!method) return report();
  const opened = openContext(recipe, method, models, bag);
  if (!opened) return report();
  const known = referredVocabularies(neededModels(recipe), vocabularies ?? new Map());
  const asked = tokenizerAsked(opened, known, around, text);
  const { vocabulary } = asked ?? {};
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
    checkVocabularies(context, planned, tokenizer, { ...around, vocabularies: known, text });
  }
  checkDonor(context);
  if (bag.failed) return report();
  checkConfigsFit(context);

  const { config, text: configText } = outputConfig(context, modules, planned, asked?.configEdits ?? []);
  if (bag.failed) return report();
  return report({
    context,
    modules,
    tensors: planned.tensors,
    stages: [],
    models: context.references.map((reference) => {
      const experts = context.relaid.get(reference.key);
      const planned = plannedModel(reference, models, reference.key === recipe.base?.key);
      return experts ? { ...planned, experts } : planned;
    }),
    outputDType: recipe.outDtype?.value ?? recipe.dtype?.value ?? "as stored",
    config,
    sideFiles: sideFiles(context, { tokenizer, configText, recipe: text, ...asked }),
    rowMaps: planned.rowMaps,
    ...(recipe.extras.donor ? { donor: planDonor(recipe.extras.donor) } : {}),
    recipe: text,
  });
}

function tokenizerAsked(
  context: PlanContext,
  vocabularies: Vocabularies,
  { tokenizers }: Surroundings,
  text: string,
): TokenizerPlan | undefined {
  const { tokenizer, chatTemplate } = context.recipe;
  if (!tokenizer && !chatTemplate) return undefined;
  if (!tokenizers) throw new TypeError("A recipe that asks for a tokenizer is planned with `planTokenizer`.");
  return tokenizers(context, vocabularies, text);
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
