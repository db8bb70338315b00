import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeFolder } from "../../io/node";
import { openTokenizer } from "../../tokens/tokenizer";
import type { PromptSet } from "../types";
import { bundledSets } from "./bundled";
import { countTokens } from "./count";
import { parsePrompts } from "./parsePrompts";
import { tokenizePrompt } from "./tokenizePrompt";

type Report = Readonly<
  Record<string, { readonly nll_per_prompt: Readonly<Record<string, readonly [number, number][]>> }>
>;
const report: Report = JSON.parse(readFileSync("e2e/golden/samples/report.json", "utf8"));
const models = ["llama-base", "llama-ja", "llama-math", "gemma-donor"];
const open = (name: string) => openTokenizer(nodeFolder(`public/samples/${name}`));

function setCalled(id: string): PromptSet {
  return bundledSets().find((set) => set.id === id) ?? expect.unreachable(`no set ${id}`);
}

it("the bundled sets are whole", () => {
  const sizes = Object.fromEntries(bundledSets().map(({ id, prompts }) => [id, prompts.length]));
  expect(sizes).toEqual({
    "samples-mixed": 32,
    "samples-ja": 32,
    "samples-math": 32,
    "samples-task-ja": 100,
    "samples-task-math": 100,
    "samples-task-math-ja": 100,
    "general-en": 32,
    "general-ja": 32,
  });
  for (const { id, prompts } of bundledSets()) {
    expect(prompts.every(({ answer }) => (answer !== undefined) === id.includes("task"))).toBe(true);
    const parsed = parsePrompts(readFileSync(`prompts/${id}.jsonl`, "utf8"), "jsonl");
    expect(prompts).toEqual(parsed.prompts);
    expect(parsed.problems).toEqual([]);
  }
});

it.each([
  ["samples-mixed", "prompts-mixed"],
  ["samples-ja", "prompts-ja"],
  ["samples-math", "prompts-math"],
  ["samples-task-ja", "task-ja"],
  ["samples-task-math", "task-math"],
  ["samples-task-math-ja", "task-math_ja"],
])("%s is the set that the expected values were measured with", (id, file) => {
  const golden = parsePrompts(readFileSync(`e2e/golden/samples/${file}.jsonl`, "utf8"));
  expect(setCalled(id).prompts).toEqual(golden.prompts);
});

describe.each(models)("tokens that %s is scored on", (name) => {
  it.each(["mixed", "ja", "math"])("are as many as transformers scored, prompt by prompt (%s)", async (set) => {
    const tokenizer = await open(name);
    const scored = setCalled(`samples-${set}`).prompts.map(({ text }) => {
      const { ids, scoredFrom } = tokenizePrompt(tokenizer, text);
      return ids.length - scoredFrom;
    });
    expect(scored).toEqual(report[name]?.nll_per_prompt[set]?.map(([, tokens]) => tokens));
  });
});

describe("a tokenised prompt", () => {
  const text = "花子 has 3 cats. 🐈";
  const bytes = new TextEncoder().encode(text).length;

  it("is scored from its first token behind BOS, with all its bytes", async () => {
    const tokenizer = await open("gemma-donor");
    const prompt = tokenizePrompt(tokenizer, text);
    expect(prompt).toEqual({ ids: tokenizer.encode(text, { special: true }), scoredFrom: 1, bytes });
    expect(prompt.ids[0]).toBe(tokenizer.bos);
  });

  it("is scored from its second token without BOS, less the bytes of the first", async () => {
    const tokenizer = await open("llama-base");
    const { ids, ...prompt } = tokenizePrompt(tokenizer, text);
    const rest = tokenizer.decode(ids.slice(1), { skipSpecial: false });
    expect(text.endsWith(rest)).toBe(true);
    expect(prompt).toEqual({ scoredFrom: 1, bytes: new TextEncoder().encode(rest).length });
  });

  it("may be empty", async () => {
    expect(tokenizePrompt(await open("llama-base"), "")).toEqual({ ids: [], scoredFrom: 1, bytes: 0 });
    expect(tokenizePrompt(await open("gemma-donor"), "")).toEqual({ ids: [2], scoredFrom: 1, bytes: 0 });
  });
});

it("counts the tokens of a set, choices with their texts", async () => {
  const tokenizer = await open("llama-base");
  const count = (text: string) => tokenizer.encode(text, { special: false }).length;
  const prompts = [{ text: "one two" }, { text: "a b", choices: ["c", "d e"], gold: 0 }];
  expect(countTokens(tokenizer, { prompts })).toBe(count("one two") + count("a b") + count("a b c") + count("a b d e"));
  const scored = report["llama-base"]?.nll_per_prompt.mixed ?? [];
  const all = scored.reduce((sum, [, tokens]) => sum + tokens + 1, 0); // the first token of each is context
  expect(countTokens(tokenizer, setCalled("samples-mixed"))).toBe(all);
});
