import type { AwaseError } from "../../base/errors";
import { own } from "../../base/own";
import { elementCount } from "../../formats/tensor";
import type { ByteRange, ByteSource } from "../../io/types";
import { methodFacts } from "../../merge/registry";
import { bringAllArchitectures } from "../../model/architectures/known";
import type { Model } from "../../model/model";
import { parseRecipe } from "../../recipe/parse/parse";
import { allReferences, folderReferences, hubIdOf, knownModels } from "../../recipe/parse/references";
import { bind } from "../../recipe/plan/bind";
import { planModels } from "../../recipe/plan/inputs/planModels";
import type { MergePlan, PlanReport } from "../../recipe/plan/plan";
import { type LayOutMixture, type StructureReport, structure } from "../../recipe/plan/structure";
import type { Problem } from "../../recipe/problems/problem";
import { engineFailure } from "../failures";
import type { RecipeReport } from "../protocol/protocol";
import { missingBytes } from "./missingBytes";
import { knownVocabularies, readVocabularies, tokenizerPlanner } from "./vocabularies";

type Models = ReadonlyMap<string, Model>;

/** Recipes over the models of a session. A text is laid out once while the models are the same. */
export interface Planning {
  /** Vocabularies are known here for recipes that a plan was made of. */
  structure(recipe: string): StructureReport;
  /** The plan, with the bytes that must still be fetched counted, or the reasons why there is none. */
  report(recipe: string, seed: number): Promise<PlanReport>;
  /**
   * The plan, or the first reason why there is none.
   * @throws {AwaseError} `recipe/invalid`
   */
  plan(recipe: string, seed: number): Promise<MergePlan>;
}

/** Texts whose structure is kept: the one that is looked at, and what a guard makes of it. */
const KEPT = 4;

/** @param budgetBytes what the device may hold */
export function createPlanning(models: () => Models, budgetBytes: () => Promise<number>): Planning {
  /** Longest unused first. */
  const kept = new Map<string, { readonly over: readonly unknown[]; readonly report: StructureReport }>();

  let mixtures: LayOutMixture | undefined;

  function structured(recipe: string): StructureReport {
    const vocabularies = knownVocabularies(models());
    const over = [...models().values(), ...vocabularies.values()];
    const known = kept.get(recipe);
    kept.delete(recipe);
    const still = known?.over.length === over.length && known.over.every((each, at) => each === over[at]);
    const later = { mixtures, tokenizers: tokenizerPlanner() };
    const report = known && still ? known.report : structure(recipe, models(), methodFacts, vocabularies, later);
    kept.set(recipe, { over, report });
    const [oldest] = kept.keys();
    if (oldest !== undefined && kept.size > KEPT) kept.delete(oldest);
    return report;
  }

  /** Parts of the planner that few recipes need. */
  async function bringWhatItNeeds(recipe: string): Promise<void> {
    const parsed = parseRecipe(recipe, knownModels(models().keys())).recipe;
    if (!parsed) return;
    const named = allReferences(parsed).some(({ overrideArchitecture }) => overrideArchitecture !== undefined);
    const mixed = [parsed, ...parsed.stages.map((stage) => stage.recipe)].some(({ mixture }) => mixture !== undefined);
    if (named || mixed) await bringAllArchitectures(); // a mixture is of an architecture that none of its models has
    if (mixed) mixtures = (await import("../../recipe/mixture/structureMixture")).structureMixture;
  }

  async function report(recipe: string, seed: number): Promise<PlanReport> {
    const options = { seed, budgetBytes: await budgetBytes() };
    await readVocabularies(recipe, models);
    await bringWhatItNeeds(recipe);
    const { structure: found, problems } = structured(recipe);
    if (!found) return { problems };
    const plan = bind(found, options);
    const totals = { ...plan.totals, fetchBytes: await bytesToFetch(plan, models()) };
    return { plan: { ...plan, totals }, problems };
  }

  return {
    structure: structured,
    report,
    async plan(recipe, seed) {
      const { plan, problems } = await report(recipe, seed);
      if (plan) return plan;
      throw invalid(problems);
    },
  };
}

function invalid(problems: readonly Problem[]): AwaseError {
  const errors = problems.filter(({ severity }) => severity === "error");
  const [first] = errors;
  return engineFailure("recipe/invalid", {
    errors: errors.length,
    code: first?.code ?? "",
    line: first?.span?.line ?? 0,
    message: first?.message ?? "",
  });
}

/** Models that a recipe names and that are not loaded, with where the Hub may have them. */
export function missingModels(recipe: string, models: Models): RecipeReport["missing"] {
  const parsed = parseRecipe(recipe, knownModels(models.keys())).recipe;
  if (!parsed) return [];
  const { revisions } = parsed.extras;
  return folderReferences(parsed)
    .filter(({ key }) => !models.has(key))
    .map(({ key, path, revision }) => {
      const repo = hubIdOf(path);
      if (repo === undefined) return { reference: key };
      const commit = own(revisions, key);
      const origin = {
        kind: "hub" as const,
        repo,
        ...(revision === undefined ? {} : { revision }),
        ...(commit === undefined ? {} : { commit }),
      };
      return { reference: key, hubId: repo, origin };
    });
}

const atHandKnown = new WeakMap<Model, Model>();

/** The same model as one of which no byte is fetched. */
function atHand(model: Model): Model {
  const { weights } = model;
  const known = atHandKnown.get(model) ?? {
    ...model,
    weights: {
      tensors: weights.tensors,
      read: (...asked) => weights.read(...asked),
      place: (...asked) => weights.place(...asked),
      bytesOf: (...asked) => weights.bytesOf(...asked),
      ranges: async () => [],
    },
  };
  atHandKnown.set(model, known);
  return known;
}

/** Bytes of the plan's inputs that are not on this machine; a tensor that two outputs are made from is fetched once. */
async function bytesToFetch(plan: MergePlan, opened: Models): Promise<number> {
  const wanted = new Map<ByteSource, Map<number, ByteRange>>();
  const remote = new Map(
    [...opened].map(([key, model]) => [key, model.revision === undefined ? atHand(model) : model]),
  );
  // The parts that merge on the way, and put rows together, are loaded where a plan has need of them.
  const models =
    plan.stages.length > 0
      ? (await import("../../merge/plannedRanges")).modelsWithRanges(plan, remote)
      : planModels(plan, remote);
  const source = Object.keys(plan.rowMaps).length > 0 ? (await import("../../merge/inputs")).inputSource : undefined;
  for (const { inputs, shape } of plan.tensors) {
    for (const input of inputs) {
      const from = input.rows === undefined ? models.get(input.model)?.weights : source?.(input, models, plan.rowMaps);
      if (!from) continue;
      const elements = Math.min(elementCount(shape), elementCount(input.shape));
      for (const { source, start, end } of await from.ranges(input.tensor, 0, elements)) {
        const ranges = wanted.get(source) ?? new Map<number, ByteRange>();
        wanted.set(source, ranges);
        ranges.set(start, { start, end: Math.max(end, ranges.get(start)?.end ?? 0) });
      }
    }
  }
  let bytes = 0;
  for (const [source, ranges] of wanted) bytes += await missingBytes(source, [...ranges.values()]);
  return bytes;
}
