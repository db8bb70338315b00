import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import manifest from "../../e2e/golden/merge/manifest.json";
import { openCpuDevice } from "../compute/devices/cpu";
import { narrow, widen } from "../formats/convert";
import { type DType, isFloatDType, OUTPUT_DTYPES } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import { nodeFolder } from "../io/node";
import { layerGroups } from "../model/layout/layerOf";
import type { Model } from "../model/model";
import { openCheckpoint } from "../model/open";
import type { TensorSource } from "../model/sources/tensorSource";
import { planMerge } from "../recipe/plan/planMerge";
import { structure } from "../recipe/plan/structure";
import { withStrengths } from "../recipe/strength/strength";
import { methodFacts } from "./registry";
import { MergedSource } from "./source";

const RECIPES = import.meta.glob<string>("../../e2e/golden/merge/recipes/*.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});
const device = openCpuDevice({ reason: "A test asks for it." });

/** Every golden recipe whose method has a strength, with the model that it goes back to. */
const CASES = Object.entries(manifest.cases).flatMap(([name, { method }]) => {
  const recipe = RECIPES[`../../e2e/golden/merge/recipes/${name}.yaml`] ?? "";
  const facts = methodFacts.find(({ id }) => id === method);
  if (!facts?.strength || /^tokenizer/m.test(recipe)) return [];
  const stated = /^base_model: (\w+)/m.exec(recipe)?.[1];
  return (stated === undefined ? ["a", "base"] : [stated]).map((base) => ({ name, recipe, method, base }));
});

const opened = new Map<string, Promise<Model>>();

function open(key: string): Promise<Model> {
  const folder = fileURLToPath(new URL(`../../e2e/golden/merge/models/${key}`, import.meta.url));
  const checkpoint = opened.get(key) ?? openCheckpoint(key, nodeFolder(folder));
  opened.set(key, checkpoint);
  return checkpoint;
}

async function openModels(recipe: string, base: string) {
  const keys = new Set([...recipe.matchAll(/(?:model|base_model): (\w+)/g)].map(([, key]) => key ?? "").concat(base));
  return new Map(await Promise.all([...keys].map(async (key) => [key, await open(key)] as const)));
}

function planned(recipe: string, models: ReadonlyMap<string, Model>) {
  const { plan, problems } = planMerge(recipe, models, methodFacts, { budgetBytes: 2 ** 28 });
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  if (!plan) throw new Error("There are no errors, and no plan.");
  return plan;
}

async function valuesOf(source: TensorSource, name: string): Promise<Float32Array> {
  const facts = source.tensors.get(name);
  if (!facts || !isFloatDType(facts.dtype)) throw new Error(`No weights are called ${name}.`);
  return widen(await source.read(name, 0, elementCount(facts.shape)), facts.dtype);
}

/** A recipe with the strength of some groups of two layers set, and what it came from. */
async function weakened({ recipe, base }: (typeof CASES)[number], strengths: Readonly<Record<string, number>>) {
  const models = await openModels(recipe, base);
  const whole = planned(recipe, models);
  const tensors = new Map(whole.tensors.map((tensor) => [tensor.name, tensor]));
  const layers = layerGroups({ config: whole.config, tensors }, 2);
  const strengthOf = (tensor: string) => strengths[layers.groupOf(tensor).id] ?? 1;
  const report = withStrengths(recipe, strengthOf, {
    structure: (written) => structure(written, models, methodFacts),
    base,
  });
  expect(report.problems).toEqual([]);
  const text = report.recipe ?? "";
  return {
    text,
    tensors: whole.tensors.filter(({ action, name }) => action === "merge" && /embed|norm|head|q_proj|down/.test(name)),
    source: new MergedSource(planned(text, models), { models, device }),
    whole: new MergedSource(whole, { models, device }),
    base: { key: base, source: (await open(base)).weights },
  };
}

describe("strengths of golden recipes", () => {
  it("knows the cases", () => expect(CASES).toHaveLength(31));

  it.each(CASES)("$name back to $base: 0 is the base, 1 changes nothing, group by group", async (golden) => {
    const upper = await weakened(golden, { embedding: 0, "layers 2–3": 0, "layer 2": 0 });
    await expectGroups(upper, (name) => /layers\.[23]\.|embed/.test(name));
    await expectGroups(
      await weakened(golden, { head: 0, "layers 0–1": 0 }),
      (name) => !/layers\.[234]\.|embed/.test(name),
    );
  });
});

describe("strengths between", () => {
  it.each(["task_arithmetic", "task_arithmetic_norm_lambda", "ties", "dare_ties_full", "linear", "linear_raw"])(
    "%s at a half is half of the way",
    async (name) => {
      const golden = CASES.find((known) => known.name === name && known.base === "base");
      if (!golden) throw new Error(`There is no ${name}.`);
      const { source, whole, base, tensors } = await weakened(golden, { "layers 0–1": 0.5, head: 0.25 });
      for (const tensor of tensors) {
        const part = /layers\.[01]\./.test(tensor.name) ? 0.5 : /embed|layers/.test(tensor.name) ? 1 : 0.25;
        const [from, to, got] = await Promise.all([
          valuesOf(base.source, tensor.name),
          valuesOf(whole, tensor.name),
          valuesOf(source, tensor.name),
        ]);
        const expected = from.map((value, i) => value + part * ((to[i] ?? 0) - value));
        const furthest = expected.reduce((far, value, i) => Math.max(far, Math.abs(value - (got[i] ?? 0))), 0);
        expect(furthest, tensor.name).toBeLessThan(3e-7);
      }
    },
  );
});

/** The base's own values where `isBack` says so, the whole merge's elsewhere. */
async function expectGroups(merge: Awaited<ReturnType<typeof weakened>>, isBack: (name: string) => boolean) {
  for (const { name, inputs, dtype } of merge.tensors) {
    const from = inputs.find(({ model }) => model === merge.base.key)?.tensor ?? name;
    const expected = isBack(name)
      ? rounded(await valuesOf(merge.base.source, from), dtype)
      : await valuesOf(merge.whole, name);
    expect(sameValues(await valuesOf(merge.source, name), expected), name).toBe(true);
  }
}

/** In the type of the output. */
function rounded(values: Float32Array, dtype: DType): Float32Array {
  const output = OUTPUT_DTYPES.find((known) => known === dtype) ?? "F32";
  return widen(narrow(values, output), output);
}

/** Equal numbers: the sign of a zero may differ, and so it may in mergekit. */
function sameValues(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => value === b[i]);
}
