import { AwaseError } from "../../base/errors";
import { own } from "../../base/own";
import { elementCount } from "../../formats/tensor";
import type { ByteRange, ByteSource } from "../../io/types";
import { methodFacts } from "../../merge/registry";
import type { Model } from "../../model/model";
import { parseRecipe } from "../../recipe/parse/parse";
import { hubIdOf, modelReferences } from "../../recipe/parse/references";
import type { MergePlan, PlanReport } from "../../recipe/plan/plan";
import { planMerge } from "../../recipe/plan/planMerge";
import type { RecipeReport } from "../protocol/protocol";
import { missingBytes } from "./hubModels";

export interface PlanningOptions {
  readonly seed: number;
  /** What the device may hold. */
  readonly budgetBytes: number;
}

type Models = ReadonlyMap<string, Model>;

/** The plan of a recipe over the models that are loaded, with the bytes that must still be fetched counted. */
export async function plan(recipe: string, models: Models, options: PlanningOptions): Promise<PlanReport> {
  const report = planMerge(recipe, models, methodFacts, options);
  if (!report.plan) return report;
  const totals = { ...report.plan.totals, fetchBytes: await bytesToFetch(report.plan, models) };
  return { ...report, plan: { ...report.plan, totals } };
}

/**
 * The plan, or the first reason why there is none.
 * @throws {AwaseError} `recipe/invalid`
 */
export async function requirePlan(recipe: string, models: Models, options: PlanningOptions): Promise<MergePlan> {
  const { plan: found, problems } = await plan(recipe, models, options);
  if (found) return found;
  const errors = problems.filter(({ severity }) => severity === "error");
  const [first] = errors;
  const where = first?.span ? `line ${first.span.line}: ` : "";
  throw new AwaseError(
    "recipe/invalid",
    `The recipe cannot be merged, it has ${errors.length} errors where 0 were expected. ${where}${first?.message ?? ""}`,
    { facts: { errors: errors.length, code: first?.code ?? "", line: first?.span?.line ?? 0 } },
  );
}

/** Models that a recipe names and that are not loaded, with where the Hub may have them. */
export function missingModels(recipe: string, models: Models): RecipeReport["missing"] {
  const parsed = parseRecipe(recipe).recipe;
  if (!parsed) return [];
  const { revisions } = parsed.extras;
  return modelReferences(parsed)
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

/** Bytes of the plan's inputs that are not on this machine; a tensor that two outputs are made from is fetched once. */
async function bytesToFetch({ tensors }: MergePlan, models: Models): Promise<number> {
  const wanted = new Map<ByteSource, Map<number, ByteRange>>();
  for (const { inputs, shape } of tensors) {
    for (const input of inputs) {
      const model = models.get(input.model);
      if (!model?.revision) continue;
      for (const { source, start, end } of await model.weights.ranges(input.tensor, 0, elementCount(shape))) {
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
