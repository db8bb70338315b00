import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { MERGE, type Question, TIE } from "../../state/compare/compare";
import { answered } from "../../state/engine.testing";
import { showing } from "../showing.testing";
import { QuestionView } from "./QuestionView";

const question: Question = {
  id: "q",
  prompt: "Two and two?",
  expected: "4",
  order: [2, 0, 1],
  asked: 0,
  recipe: "merge_method: linear",
  settings: { chat: true, maxTokens: 32, sampling: "greedy", temperature: 1, topP: 1, seed: 0 },
  replies: [
    { id: "llama-base", role: "base", status: "done", text: "Three.", answer: { ...answered, text: "Three." } },
    { id: "llama-math", role: "parent", status: "done", text: "Four.", answer: { ...answered, text: "Four." } },
    { id: MERGE, role: "merge", status: "done", text: "4", answer: { ...answered, text: "4" } },
  ],
};
const answers = () =>
  screen
    .getAllByRole("article")
    .map((article) => [article.getAttribute("aria-label"), article.querySelector("[data-writing]")?.textContent]);

describe("the answers to a prompt", () => {
  it("stand under their names, and nobody votes", async () => {
    await showing(<QuestionView question={question} />, { state: { questions: [question], blind: false } });
    expect(answers().map(([, text]) => text)).toEqual(["Three.", "Four.", "4"]);
    expect(answers()[0]?.[0]).toContain("llama-base");
    expect(screen.queryByRole("group", { name: "Votes" })).toBeNull();
  });

  it("stand in the question's own order under letters while names are hidden, with nothing that tells them apart", async () => {
    await showing(<QuestionView question={question} />, { state: { questions: [question], blind: true } });
    expect(answers().map(([, text]) => text)).toEqual(["4", "Three.", "Four."]);
    const all = document.body.textContent ?? "";
    expect(all).not.toMatch(/llama|tokens\/s|token\/s/);
    expect(answers().map(([label]) => label?.at(-1))).toEqual(["A", "B", "C"]);
  });

  it("are voted on by what is behind the letter", async () => {
    const studio = await showing(<QuestionView question={question} />, {
      state: { questions: [question], blind: true },
    });
    const [first] = screen.getAllByRole("button");
    if (!first) throw new Error("Nothing to vote with.");
    fireEvent.click(first);
    expect(studio.getState().questions[0]?.vote).toBe(MERGE);
    const last = screen.getAllByRole("button").at(-1);
    if (last) fireEvent.click(last);
    expect(studio.getState().questions[0]?.vote).toBe(TIE);
  });

  it("cannot be voted on while one is still written, and a failed one says why", async () => {
    const failure = { name: "Error", message: "It has no tokenizer." };
    const open: Question = {
      ...question,
      replies: [
        { id: "llama-base", role: "base", status: "writing", text: "Thr" },
        { id: "llama-math", role: "parent", status: "failed", text: "", failure },
        ...question.replies.slice(2),
      ],
    };
    await showing(<QuestionView question={open} />, { state: { questions: [open], blind: true } });
    expect(screen.queryByRole("group", { name: "Votes" })).toBeNull();
    expect(screen.getByRole("alert").textContent).toContain("It has no tokenizer.");
  });
});
