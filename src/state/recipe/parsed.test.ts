import { expect, it } from "vitest";
import type { ModelEntry } from "../models/models";
import { parsedRecipe } from "./parsed";

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

it("takes the folder x+y that is loaded for itself, and any other x+y for a model with an adapter", () => {
  const base = (...loaded: readonly string[]) => parsedRecipe(recipe, loaded.map(opening)).recipe?.base;
  expect(base("x+y", "b")).toMatchObject({ path: "x+y", key: "x+y" });
  expect(base("x+y", "b")).not.toHaveProperty("adapter");
  expect(base("b")).toMatchObject({ path: "x", adapter: { path: "y" }, key: "x+y" });
});
