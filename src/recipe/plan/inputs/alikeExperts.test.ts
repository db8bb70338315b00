import { expect, it } from "vitest";
import { toyModel } from "../../../model/sources/expertLayout.testing";
import { planOf, problem } from "../plan.testing";
import { planModels } from "./planModels";

const RECIPE = `merge_method: linear
models:
  - model: a
    parameters: {weight: 1}
  - model: b
    parameters: {weight: 1}
`;
/** Attention and the like are no matter here: nobody described this architecture. */
const of = (layout: Parameters<typeof toyModel>[0], key: string) =>
  toyModel(layout, 2, 6, 8, { architectures: ["NovelMoeForCausalLM"], num_hidden_layers: 1 }, key);

it.each([
  ["packed", "w1"],
  ["w1", "packed"],
  ["gate_proj", "packed"],
] as const)("merges experts stored %s with the same stored %s, as the first stores them", (first, second) => {
  const [a, b] = [of(first, "a"), of(second, "b")];
  const plan = planOf(RECIPE, [a, b]);
  expect(plan.tensors.map(({ name }) => name).sort()).toEqual([...a.tensors.keys()].sort());
  for (const { name, action, inputs } of plan.tensors) {
    expect([name, action, inputs.map(({ model, tensor }) => `${model} ${tensor}`)]).toEqual([
      name,
      "merge",
      [`a ${name}`, `b ${name}`],
    ]);
  }
  expect(problem("plan/experts-relaid", RECIPE, [a, b])).toMatchObject({
    severity: "note",
    facts: { model: "b", other: "a" },
  });
  const opened = planModels(plan, new Map([a, b].map((model) => [model.key, model])));
  expect([...(opened.get("b")?.tensors.keys() ?? [])].sort()).toEqual([...a.tensors.keys()].sort());
});

it("says nothing of models that store them alike", () => {
  expect(problem("plan/experts-relaid", RECIPE, [of("packed", "a"), of("packed", "b")])).toBeUndefined();
});
