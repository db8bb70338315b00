import { fireEvent, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { PlannedFile } from "../../../engine/protocol/protocol";
import { parseRecipe } from "../../../recipe/parse/parse";
import { historyOf } from "../../../state/recipe/history";
import type { Language } from "../../../state/settings";
import { showing } from "../../showing.testing";
import PlannedFiles from "./PlannedFiles";
import TokenizerForm from "./TokenizerForm";

const RECIPE = `merge_method: linear
models:
  - model: a
  - model: b
`;

async function form(more: string, language: Language = "en") {
  const text = RECIPE + more;
  const { recipe } = parseRecipe(text);
  if (!recipe) throw new Error(text);
  return showing(<TokenizerForm recipe={recipe} />, { language, state: { recipe: historyOf(text) } });
}

const choose = (list: string, option: string) => {
  const box = screen.getByRole("combobox", { name: list });
  fireEvent.click(box);
  const shown = document.getElementById(box.getAttribute("aria-controls") ?? "");
  fireEvent.click(within(shown ?? document.body).getByRole("option", { name: option, hidden: true }));
};
const shown = (list: string) => screen.getByRole<HTMLInputElement>("combobox", { name: list }).value;

describe("the tokenizer of the output", () => {
  it("is copied unless another is chosen, which is written", async () => {
    const studio = await form("");
    expect(shown("Tokenizer")).toBe("copied");
    choose("Tokenizer", "union of all models");
    expect(studio.getState().recipe.present).toBe(`${RECIPE}tokenizer:\n  source: union\n`);
  });

  it("is shown as the recipe has it, with what it does and how many tokens have sources of their own", async () => {
    await form("tokenizer: {source: union, pad_to_multiple_of: 64, tokens: {<x>: {source: a}, <y>: {source: b}}}\n");
    expect(shown("Tokenizer")).toBe("union of all models");
    expect(document.body.textContent).toContain("2 tokens have sources of their own");
    expect(screen.getByRole<HTMLInputElement>("textbox", { name: "Pad rows to a multiple of" }).value).toBe("64");
  });

  it("of a model that is not loaded is shown by its name, in Japanese too", async () => {
    const studio = await form("tokenizer_source: org/other\n", "ja");
    expect(shown("トークナイザ")).toBe("org/other");
    expect(document.body.textContent).toContain("このモデルのトークンにします。");
    choose("トークナイザ", "複写");
    expect(studio.getState().recipe.present).toBe(RECIPE);
  });

  it("has a template of its own, by name or as text", async () => {
    const studio = await form("");
    choose("Chat template", "chatml");
    expect(studio.getState().recipe.present).toBe(`${RECIPE}chat_template: chatml\n`);
  });

  it("says that a template stands in the text", async () => {
    await form('chat_template: "{{ messages[0].content }}"\n');
    expect(shown("Chat template")).toBe("text in the recipe");
  });
});

describe("the files of the output", () => {
  const files: readonly PlannedFile[] = [
    { path: "config.json", bytes: 700 },
    { path: "tokenizer.json", bytes: 3000, model: "a", changed: true },
    { path: "generation_config.json", bytes: 200, model: "a" },
  ];

  it.each([
    ["en", "Files of the output (3 besides the weights)", ["made", "from a, changed", "from a"]],
    ["ja", "出力のファイル（重みのほかに3個）", ["作成", "a から（変更あり）", "a から"]],
  ] as const)("are listed before the run with where each comes from: %s", async (language, summary, from) => {
    await showing(<PlannedFiles files={files} />, { language });
    expect(screen.getByText(summary)).toBeDefined();
    const rows = screen.getAllByRole("listitem", { hidden: true }).map((row) => row.textContent);
    for (const [at, { path }] of files.entries()) expect(rows[at]).toContain(`${path}${from[at]}`);
  });
});
