import { describe, expect, it } from "vitest";
import { openCpuDevice } from "../../compute/devices/cpu";
import { testModel } from "../../model/checkpoint.testing";
import { mergeToMemory, modelsOf, type TestRecipe, testPlan } from "../merge.testing";
import type { MergeNonFinite } from "./events";

const device = openCpuDevice({ reason: "A test asks for it." });

const recipeOf = (method: string, values: readonly number[], weight = 1): TestRecipe => ({
  method,
  models: [{ model: testModel("a", { x: { shape: [values.length], values } }), parameters: { weight, scale: 1 } }],
  globals: { normalize: false },
  output: "F16",
});

describe("my merge does not fit into float16: it says", () => {
  it.each([recipeOf("linear", [1, -50_000, 3e4, 2], 1.5), recipeOf("passthrough", [1, -75_000, 65_600, 2])])(
    "which tensor, how many values, how large, and to write bfloat16 ($method)",
    async (recipe) => {
      await expect(mergeToMemory(testPlan(recipe), { models: modelsOf(recipe), device })).rejects.toMatchObject({
        code: "merge/float16-overflow",
        facts: { tensor: "x", largest: 75_000, limit: 65_504 },
        message: expect.stringMatching(/^x does not fit into float16: .*75000.*65504.*dtype: bfloat16/),
      });
    },
  );

  it("so of Inf that is let through", async () => {
    const recipe = recipeOf("linear", [1e5, 1]);
    const events: MergeNonFinite[] = [];
    const run = { models: modelsOf(recipe), device, allowNonFinite: true };
    await mergeToMemory(testPlan(recipe), {
      ...run,
      onEvent: (event) => event.type === "non-finite" && events.push(event),
    });
    expect(events).toEqual([{ type: "non-finite", tensor: "x", inputs: 0, outputs: 1, float16: true }]);
  });

  it("nothing of float16 where float32 cannot hold it either, or an input was broken before", async () => {
    for (const recipe of [recipeOf("linear", [3e38], 10), recipeOf("linear", [Number.NaN, 1e5])]) {
      await expect(mergeToMemory(testPlan(recipe), { models: modelsOf(recipe), device })).rejects.toMatchObject({
        code: "merge/non-finite",
      });
    }
  });

  it("nothing of values that round down to the largest that it has", async () => {
    const recipe = recipeOf("linear", [65_519, -65_504]);
    await mergeToMemory(testPlan(recipe), { models: modelsOf(recipe), device });
  });
});
