import { fireEvent, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { parseRecipe } from "../../../recipe/parse/parse";
import type { ModelEntry } from "../../../state/models/models";
import { historyOf } from "../../../state/recipe/history";
import { showing } from "../../showing.testing";
import TokenizerForm from "./TokenizerForm";

const opening = (name: string): ModelEntry => ({
  id: name,
  status: "opening",
  origin: { kind: "hub", repo: name },
});
const RECIPE = "merge_method: linear\nmodels: [{model: base, parameters: {weight: 1}}]\n";

it("offers models for their tokenizer, also where one is called as what the recipe has a word for", async () => {
  const { recipe } = parseRecipe(RECIPE);
  if (!recipe) throw new Error("No recipe.");
  const models = ["base", "union", "a"].map(opening);
  const studio = await showing(<TokenizerForm recipe={recipe} />, { state: { models, recipe: historyOf(RECIPE) } });
  fireEvent.click(screen.getByRole("combobox", { name: "Tokenizer" }));
  const offered = screen.getAllByRole("option", { hidden: true }).map((option) => option.getAttribute("value"));
  expect(offered.filter((value) => value === "base")).toHaveLength(1);
  fireEvent.click(screen.getByRole("option", { name: "a", hidden: true }));
  expect(studio.getState().recipe.present).toContain("tokenizer");
});
