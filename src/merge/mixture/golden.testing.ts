import { expect, it } from "vitest";
import manifest from "../../../e2e/golden/around/manifest.json";
import type { Device } from "../../compute/device";
import type { Folder } from "../../io/types";
import type { Model } from "../../model/model";
import { openCheckpoint } from "../../model/open";
import type { PlannedTensor } from "../../recipe/plan/plan";
import { planMerge } from "../../recipe/plan/planMerge";
import { CONFIG_FIELDS, compareValues, decode, facts, valuesOf } from "../golden.testing";
import { mergeToMemory } from "../merge.testing";
import { methodFacts } from "../registry";
import { makeRouters } from "./routers";

const RECIPES = import.meta.glob<string>("../../../e2e/golden/around/recipes/moe_*.yaml", {
  query: "?raw",
  import: "default",
  eager: true,
});

const CASES = Object.entries(manifest).flatMap(([name, { kind }]) => (kind === "moe" ? name : []));
/** Besides those that merges decide. */
const FIELDS = [
  ...CONFIG_FIELDS,
  "num_local_experts",
  "num_experts",
  "num_experts_per_tok",
  "moe_intermediate_size",
  "shared_expert_intermediate_size",
  "norm_topk_prob",
  "decoder_sparse_step",
  "sliding_window",
] as const;

/** Makes the mixtures that mergekit-moe made and compares. `folder` opens one of `e2e/golden`. */
export function describeMixtures(device: () => Device, folder: (path: string) => Promise<Folder>): void {
  const open = async (path: string) => openCheckpoint(path.replace(/^.*\//, ""), await folder(path));

  it("knows the cases", () => expect(CASES).toHaveLength(4));

  it.each(CASES)("%s is what mergekit-moe made", async (name) => {
    const recipe = RECIPES[`../../../e2e/golden/around/recipes/${name}.yaml`] ?? "";
    const keys = new Set([...recipe.matchAll(/(?:source_model|base_model): (\w+)/g)].map(([, key]) => key ?? ""));
    const models = new Map<string, Model>();
    for (const key of keys) models.set(key, await open(`merge/models/${key}`));
    const { plan, problems } = planMerge(recipe, models, methodFacts, { budgetBytes: 2 ** 28 });
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    if (!plan) throw new Error("There are no errors, and no plan.");

    const expected = await open(`around/expected/${name}`);
    expect(facts(plan.tensors)).toEqual(facts([...expected.tensors.values()]));
    for (const field of FIELDS) expect(plan.config[field], field).toEqual(expected.config[field]);

    const routers = await makeRouters(plan, models, device());
    const outputs = await mergeToMemory(plan, { models, device: device(), routers });
    const merged = new Map(
      plan.tensors.map((tensor, i) => [tensor.name, decode(outputs[i] ?? new Uint8Array(), tensor.dtype)]),
    );
    const golden = await valuesOf(expected);
    const mode = plan.mixture?.gateMode;
    const known = ({ made }: PlannedTensor) => mode === "cheap_embed" || made?.kind !== "router";
    compareValues({ ...plan, tensors: plan.tensors.filter(known) }, merged, golden);
    for (const { name: router, shape } of plan.tensors.filter((tensor) => !known(tensor))) {
      const [found, there] = [merged, golden].map((values) => values.get(router) ?? new Float32Array());
      if (!found || !there) throw new Error("Both are there.");
      if (mode === "random") compareSpread(found, there);
      else compareDirections(found, there, shape[1] ?? 1);
    }
  });
}

/**
 * mergekit-moe reads prompts in bfloat16, and here it is float32: rows point the same way as far as eight bits tell. transformers in
 * bfloat16 gives mergekit's rows to the last bit, in float32 cosines from 0.9998 up.
 */
function compareDirections(found: Float32Array, there: Float32Array, hidden: number): void {
  expect(found).toHaveLength(there.length);
  const product = (a: Float32Array, b: Float32Array) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  for (let row = 0; row < found.length; row += hidden) {
    const [ours, theirs] = [found.subarray(row, row + hidden), there.subarray(row, row + hidden)];
    expect(product(ours, ours)).toBeCloseTo(1, 5);
    expect(product(ours, theirs) / Math.sqrt(product(theirs, theirs))).toBeGreaterThan(0.9998);
  }
}

/** Random rows are not mergekit's: both must be normal numbers of mean 0 and deviation 1. */
function compareSpread(found: Float32Array, there: Float32Array): void {
  expect(found).toHaveLength(there.length);
  for (const values of [found, there]) {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(values.length));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / values.length));
  }
}
