import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { methodFacts } from "../../merge/registry";
import type { ModelEntry } from "../../state/models/models";
import { historyOf } from "../../state/recipe/history";
import type { Language } from "../../state/settings";
import { showing } from "../showing.testing";
import { RecipeForm } from "./RecipeForm";

const methods = methodFacts.map((facts) => ({ ...facts, label: facts.id })) as never;
const form = (text: string, language: Language = "en") =>
  showing(<RecipeForm />, { language, state: { recipe: historyOf(text), methods } });
/** Opens a list and takes one of it. */
const choose = (list: string, option: string) => {
  fireEvent.click(screen.getByRole("combobox", { name: list }));
  const shown = document.getElementById(
    screen.getByRole("combobox", { name: list }).getAttribute("aria-controls") ?? "",
  );
  fireEvent.click(within(shown ?? document.body).getByRole("option", { name: option, hidden: true }));
};

const TIES = `# mine
merge_method: ties
base_model: llama-base
models:
  - model: llama-ja # the first
    parameters: {weight: 0.3, density: 0.5}
  - model: llama-math
dtype: float32
`;

describe("the recipe as a form", () => {
  it("begins with a method where there is none, and a choice writes it", async () => {
    const studio = await form("");
    choose("Method", "ties");
    expect(studio.getState().recipe.present).toContain("merge_method: ties");
  });

  it("asks for readable YAML where the text cannot be read, in both languages", async () => {
    await form("merge_method: [ties");
    expect(screen.getByText(/The form needs readable YAML\./)).toBeDefined();
    expect(screen.queryByRole("combobox")).toBeNull();
  });

  it("changes the method and leaves comments and all else as they are, in one step to undo", async () => {
    const studio = await form(TIES);
    choose("Method", "dare_ties");
    expect(studio.getState().recipe.present).toBe(TIES.replace("merge_method: ties", "merge_method: dare_ties"));
    studio.getState().undo();
    expect(studio.getState().recipe.present).toBe(TIES);
  });

  it("takes a model out with what belongs to it", async () => {
    const studio = await form(TIES);
    fireEvent.click(screen.getByRole("button", { name: "Remove llama-ja from the recipe" }));
    const { present } = studio.getState().recipe;
    expect(present).not.toContain("llama-ja");
    expect(present).not.toContain("0.3");
    expect(present).toContain("# mine");
    expect(present).toContain("llama-math");
  });

  it("leaves the type out when it is to be as stored", async () => {
    const studio = await form(TIES);
    choose("Compute type", "as stored");
    expect(studio.getState().recipe.present).not.toContain("dtype");
  });

  it("tells of a base that the method does not use", async () => {
    await form(TIES.replace("ties", "linear"));
    expect(screen.getByText("not used by this method")).toBeDefined();
  });

  it("tells which models are not loaded: not one with an adapter, nor what another recipe of the text makes", async () => {
    const models = ["base", "lora", "a"].map((name): ModelEntry => {
      return { id: name, status: "opening", origin: { kind: "hub", repo: name } };
    });
    const row = (name: string) => screen.getByTitle(name).closest("li")?.textContent;
    const text = `name: half
merge_method: linear
models: [{model: a, parameters: {weight: 1}}]
---
merge_method: linear
models:
  - {model: half, parameters: {weight: 1}}
  - {model: base+lora, parameters: {weight: 1}}
  - {model: base+other, parameters: {weight: 1}}
  - {model: gone, parameters: {weight: 1}}
`;
    await showing(<RecipeForm />, { state: { recipe: historyOf(text), methods, models } });
    for (const name of ["half", "base+lora"]) expect(row(name)).not.toContain("not loaded");
    for (const name of ["base+other", "gone"]) expect(row(name)).toContain("not loaded");
  });

  it("shows the layers of a stack, which are set in the text", async () => {
    await form(`merge_method: passthrough
slices:
  - sources: [{model: llama-ja, layer_range: [0, 4]}]
  - sources: [{model: llama-math, layer_range: [2, 6]}]
`);
    expect(screen.getByRole("listitem", { name: "Slice 2" }).textContent).toContain("llama-math2–6");
    expect(screen.queryByRole("combobox", { name: "Add a model to the recipe" })).toBeNull();
  });
});
