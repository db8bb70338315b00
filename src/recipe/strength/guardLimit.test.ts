import { expect, it } from "vitest";
import { toyLlama } from "../../model/checkpoint.testing";
import { testMethods } from "../plan/methods.testing";
import { a, b, base, LINEAR, planOf, stack, TIES } from "../plan/plan.testing";
import { guardBase, guardLimit, unwritableLimit } from "./guardLimit";

const able = { label: "TIES", strength: { weaken: () => undefined } };
const passthrough = testMethods.find(({ id }) => id === "passthrough");

it("lets the guard look group by group at a merge of the base's shape that can be weakened", () => {
  expect(guardLimit(planOf(TIES), able, base)).toBeUndefined();
});

it("says that a stack has other layers than its base, with both numbers", () => {
  const plan = planOf(stack("{model: a, layer_range: [0, 3]}", "{model: b, layer_range: [1, 4]}"));
  expect(guardBase(plan)).toBe("a");
  expect(guardLimit(plan, passthrough, a)).toMatchObject({
    code: "guard/whole-depth",
    facts: { base: "a", found: 6, expected: 4 },
    message: expect.stringContaining("6 layers and a has 4"),
  });
});

it("says that passthrough has no strength where the shape is the base's", () => {
  const plan = planOf(stack("{model: a, layer_range: [0, 2]}", "{model: b, layer_range: [2, 4]}"));
  expect(guardLimit(plan, passthrough, a)).toMatchObject({
    code: "guard/whole-method",
    facts: { method: "passthrough" },
  });
});

it("names the tensor that has another shape than the base's", () => {
  const wide = toyLlama("a", { vocabulary: 20 });
  expect(guardLimit(planOf(LINEAR, [a, b]), able, wide)).toMatchObject({
    code: "guard/whole-shape",
    facts: { found: "[16, 8]", expected: "[20, 8]" },
  });
});

it("passes on why a recipe has no words for a weaker merge", () => {
  const limit = unwritableLimit(planOf(TIES), { code: "recipe/strength-not-expressible", message: "Its aliases." });
  expect(limit).toMatchObject({ facts: { base: "base", code: "recipe/strength-not-expressible" } });
  expect(limit.message).toContain("Its aliases.");
});
