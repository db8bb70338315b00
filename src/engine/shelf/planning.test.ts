import { expect, it, vi } from "vitest";
import { methodFacts } from "../../merge/registry";
import { toyLlama } from "../../model/checkpoint.testing";
import type { Model } from "../../model/model";
import { structure } from "../../recipe/plan/structure";
import { setParameter } from "../../recipe/text/edit/edit";
import { createPlanning } from "./planning";

vi.mock("../../recipe/plan/structure", async (original) => {
  const actual = await original<typeof import("../../recipe/plan/structure")>();
  return { ...actual, structure: vi.fn(actual.structure) };
});

const RECIPE = `merge_method: linear
models:
  - {model: a, parameters: {weight: 0.5}}
  - {model: b, parameters: {weight: 0.5}}
`;

it("lays out what a slider ends at once: for the check, the measurement, the guard and the merge", async () => {
  const models: ReadonlyMap<string, Model> = new Map(["a", "b"].map((key) => [key, toyLlama(key)]));
  expect(methodFacts.map(({ id }) => id)).toContain("linear");
  const planning = createPlanning(
    () => models,
    async () => 2 ** 26,
  );
  const ends = [0.1, 0.2, 0.3].map((value) => setParameter(RECIPE, { model: 0 }, "weight", value));
  for (const text of ends) {
    const { plan } = await planning.report(text, 0);
    expect(await planning.plan(text, 0)).toEqual(plan);
    expect(planning.structure(text).structure?.tensors).toEqual(plan?.tensors);
    expect(await planning.plan(text, 1)).toEqual({ ...plan, seed: 1 });
  }
  expect(vi.mocked(structure)).toHaveBeenCalledTimes(ends.length);
});
