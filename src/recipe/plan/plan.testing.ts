import { toyLlama } from "../../model/checkpoint.testing";
import type { Model } from "../../model/model";
import type { Vocabulary } from "../../tokens/vocabulary";
import { testMethods } from "./methods.testing";
import type { MergePlan, PlannedTensor } from "./plan";
import { planMerge } from "./planMerge";
import { planTokenizer } from "./vocabulary/planTokenizer";

export const a = toyLlama("a");
export const b = toyLlama("b");
export const base = toyLlama("base");

export function report(recipe: string, models: readonly Model[] = [a, b, base], seed?: number) {
  const byKey = new Map(models.map((model) => [model.key, model]));
  return planMerge(recipe, byKey, testMethods, {
    budgetBytes: 2 ** 26,
    tokenizers: planTokenizer,
    ...(seed === undefined ? {} : { seed }),
  });
}

export const planOf = (...asked: Parameters<typeof report>) => planIn(report(...asked));
export const plannedWith = (...asked: Parameters<typeof reportWith>) => planIn(reportWith(...asked));

function planIn({ plan, problems }: ReturnType<typeof planMerge>): MergePlan {
  if (!plan) throw new Error(problems.map(({ message }) => message).join("\n"));
  return plan;
}

export const tensorOf = (plan: MergePlan, name: string): PlannedTensor | undefined =>
  plan.tensors.find((tensor) => tensor.name === name);
export const places = (recipe: string, models?: readonly Model[]) =>
  report(recipe, models).problems.map(({ code, span }) => `${code} ${span?.line}:${span?.column}`);
export const problem = (code: string, recipe: string, models?: readonly Model[]) =>
  problemIn(code, report(recipe, models));
export const problemIn = (code: string, { problems }: ReturnType<typeof planMerge>) =>
  problems.find((found) => found.code === code);
/** Resolved scales, by the layer in the name or the name itself. */
export const scales = (plan: MergePlan, name = "mlp.up_proj.weight") =>
  plan.tensors.filter((tensor) => tensor.name.endsWith(name)).map((tensor) => tensor.inputs[0]?.parameters.scale);

/** What is said of a recipe whose models have these vocabularies. */
export function reportWith(
  recipe: string,
  models: readonly Model[],
  vocabularies: Readonly<Record<string, Vocabulary>>,
) {
  const byKey = new Map(models.map((model) => [model.key, model]));
  const known = new Map(Object.entries(vocabularies).map(([key, vocabulary]) => [key, { vocabulary }]));
  return planMerge(recipe, byKey, testMethods, {
    budgetBytes: 2 ** 26,
    tokenizers: planTokenizer,
    vocabularies: known,
  });
}

/** Tokens `t0`, `t1`, … but for those that are given otherwise. */
export function toyVocabulary(
  size: number,
  others: Readonly<Record<number, string>> = {},
  more: Partial<Vocabulary> = {},
): Vocabulary {
  return {
    tokens: Array.from({ length: size }, (_, id) => others[id] ?? `t${id}`),
    roles: [],
    definition: "BPE",
    ...more,
  };
}

export const LINEAR = `merge_method: linear
models:
  - model: a
    parameters: {weight: 0.5}
  - model: b
    parameters: {weight: 0.5}
`;
export const TIES = `merge_method: ties
base_model: base
models:
  - {model: a, parameters: {weight: 1}}
  - {model: b, parameters: {weight: 0.5, density: 0.3}}
`;
export const SLERP = `merge_method: slerp
base_model: a
models: [{model: a}, {model: b}]
parameters: {t: 0.5}
`;
export const stack = (...slices: readonly string[]) =>
  `merge_method: passthrough\nslices:\n${slices.map((slice) => `  - sources: [${slice}]\n`).join("")}`;
