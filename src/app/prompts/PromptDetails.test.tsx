import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Language } from "../../state/settings";
import { draw, studioOf } from "../showing.testing";
import { PromptDetails } from "./PromptDetails";

/** The details of a set as it was pasted. */
async function pasted(text: string, language: Language = "en", benchmark?: string) {
  const studio = studioOf({ language });
  const known = await studio.getState().addPrompts({ name: "mine.jsonl", text });
  await draw(<PromptDetails known={{ ...known, ...(benchmark && { benchmark }) }} />, studio);
  return known;
}

const BROKEN = '{"text": "One."}\n{"txt": "Two."}\n{"text": ""}\n';

describe("the details of a prompt set", () => {
  it("name each line that could not be used, and why", async () => {
    await pasted(BROKEN);
    const lines = screen.getByRole("list", { name: "Problems" }).querySelectorAll("li");
    expect([...lines].map(({ textContent }) => textContent)).toEqual([
      expect.stringMatching(/^Line 2Expected the prompt in one of the fields/),
      expect.stringMatching(/^Line 3Expected a prompt, but its text is empty/),
    ]);
    expect(screen.getByText("One.")).toBeTruthy();
  });

  it("say it in Japanese", async () => {
    await pasted(BROKEN, "ja");
    const [first] = screen.getAllByRole("list")[0]?.querySelectorAll("li") ?? [];
    expect(first?.textContent).toMatch(/^2行目.*[ぁ-ん].*。$/);
  });

  it("warn of a set that looks like the test split of a benchmark", async () => {
    await pasted('{"text": "One."}', "en", "GSM8K");
    expect(screen.getByRole("note").textContent).toContain("This looks like the test split of GSM8K.");
  });

  it("count answers and choices", async () => {
    await pasted('{"text": "1 + 1 =", "answer": "2"}\n{"text": "Sky?", "choices": ["red", "blue"], "gold": 1}');
    expect(screen.getByText("1 answer and 1 with choices")).toBeTruthy();
    expect(screen.getByText("→ blue")).toBeTruthy();
  });

  it("say what to do with a file that has no prompt", async () => {
    const known = await pasted("\n\n");
    expect(known.set.prompts).toEqual([]);
    expect(screen.getByText(/There is no prompt in it/)).toBeTruthy();
  });
});
