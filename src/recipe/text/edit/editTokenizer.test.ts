import { expect, it } from "vitest";
import { parseRecipe } from "../../parse/parse";
import { setPadding, setTemplate, setTokenizer } from "./editTokenizer";

const TEXT = `# mine
merge_method: linear # of two
models:
  - model: a
  - model: b
`;
const request = (text: string) => parseRecipe(text).recipe?.tokenizer;

it("a tokenizer is asked for, changed and taken away, and all else stays", () => {
  const union = setTokenizer(TEXT, "union");
  expect(request(union)).toMatchObject({ key: "tokenizer", source: "union" });
  expect(union.startsWith(TEXT)).toBe(true);
  const other = setTokenizer(union, "b");
  expect(request(other)?.source).toMatchObject({ key: "b" });
  expect(setTokenizer(other, undefined)).toBe(TEXT);
});

it("the older spelling is kept as it is, and given up where padding needs the newer one", () => {
  const old = `${TEXT}tokenizer_source: base # ours\n`;
  expect(setTokenizer(old, "union")).toBe(`${TEXT}tokenizer_source: union # ours\n`);
  expect(request(setPadding(old, 64))).toMatchObject({ key: "tokenizer", source: "base", padToMultipleOf: 64 });
  expect(setTokenizer(old, undefined)).not.toContain("tokenizer");
});

it("padding comes and goes beside tokens that have sources of their own", () => {
  const text = `${TEXT}tokenizer:\n  source: union\n  tokens:\n    "<x>": {source: a} # keep\n`;
  const padded = setPadding(text, 8);
  expect(request(padded)).toMatchObject({ padToMultipleOf: 8, tokens: [{ token: "<x>" }] });
  expect(setPadding(padded, undefined)).toBe(text);
  expect(request(setTokenizer(padded, "base"))).toMatchObject({ source: "base", tokens: [{ token: "<x>" }] });
});

it("a template is set by name and taken away", () => {
  expect(setTemplate(TEXT, "chatml")).toBe(`${TEXT}chat_template: chatml\n`);
  expect(setTemplate(setTemplate(TEXT, "auto"), undefined)).toBe(TEXT);
});

it("of several recipes in one text the one that is written is asked, in the spelling that it has", () => {
  const chain = `name: half\n${TEXT}---\nmerge_method: slerp\nmodels: [{model: half}, {model: c}]\nbase_model: half\n`;
  const old = `${chain}tokenizer_source: base\n`;
  expect(setTokenizer(old, "union")).toBe(`${chain}tokenizer_source: union\n`);
  expect(request(setPadding(old, 64))).toMatchObject({ key: "tokenizer", source: "base", padToMultipleOf: 64 });
  expect(setPadding(setTokenizer(chain, "union"), 8).startsWith(chain)).toBe(true);
});
