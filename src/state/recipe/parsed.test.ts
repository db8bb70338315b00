import { expect, it } from "vitest";
import type { ModelEntry } from "../models/models";
import { historyOf } from "./history";
import { parsedRecipe } from "./parsed";
import { baseOf } from "./plan";

const opening = (name: string): ModelEntry => ({
  id: name,
  status: "opening",
  origin: { kind: "hub", repo: name },
});

const recipe = "merge_method: slerp\nbase_model: x+y\nmodels: [{model: x+y}, {model: b}]\nparameters: {t: 0.5}\n";

it("reads a text once, whoever asks", () => {
  const models = [opening("a"), opening("b")];
  const once = parsedRecipe(recipe, models);
  expect(parsedRecipe(recipe, [...models])).toBe(once);
  expect(parsedRecipe(recipe.replace("0.5", "0.6"), models)).not.toBe(once);
  expect(parsedRecipe(recipe, models)).toBe(once);
});

it("takes the folder x+y that is loaded for itself, not for an adapter", () => {
  const state = { recipe: historyOf(recipe), report: undefined };
  expect(baseOf({ ...state, models: [opening("x+y"), opening("b")] })).toBe("x+y");
  expect(baseOf({ ...state, models: [opening("b")] })).toBeUndefined();
});
