import { expect, it } from "vitest";
import { openCpuDevice } from "../compute/devices/cpu";
import { testModel } from "../model/checkpoint.testing";
import { mergeToMemory, modelsOf, type TestRecipe, testPlan } from "./merge.testing";
import { findMethod, methodFacts } from "./registry";

const device = openCpuDevice({ reason: "A test asks for it." });
const PARAMETERS = { weight: 0.5, density: 0.5, gamma: 0.1, epsilon: 0.1, scale: 1 };

it.each(methodFacts.map(({ id }) => id))("%s takes scalars, empty tensors and those of one element", async (method) => {
  const model = (key: string, value: number) =>
    testModel(key, {
      scalar: { shape: [], values: [value] },
      none: { shape: [0], values: [] },
      noRows: { shape: [0, 4], values: [] },
      one: { shape: [1], values: [value] },
    });
  const { inputs, globals: parameters, check } = findMethod(method);
  const globals = Object.fromEntries(Object.entries(parameters).map(([name, facts]) => [name, facts.default ?? 0.5]));
  const models = [
    { model: model("base", 1), isBase: true, parameters: PARAMETERS },
    { model: model("b", 3), parameters: PARAMETERS },
    ...(inputs.min > 2 ? [{ model: model("c", 2), parameters: PARAMETERS }] : []),
  ].slice(0, inputs.max);
  const recipe: TestRecipe = { method, models, globals };
  for (const elements of [0, 1]) {
    const found = check?.({ elements, globals, perModel: [PARAMETERS] }) ?? [];
    expect(found.filter(({ severity }) => severity === "error")).toEqual([]);
  }
  const tensors = await mergeToMemory(testPlan(recipe), { models: modelsOf(recipe), device });
  expect(tensors.map(({ length }) => length)).toEqual([4, 0, 0, 4]);
  const [scalar, , , one] = tensors.map((bytes) => new Float32Array(bytes.slice().buffer)[0]);
  expect([scalar, one].every((value) => Number.isFinite(value))).toBe(true);
  if (!method.startsWith("dare")) expect(scalar).toBe(one); // masks are drawn for each tensor
  if (method === "ties") expect(one).toBe(3); // the only element of the only task vector stays, and is normalised
});
