import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemoryFolder } from "../../io/memory";
import { nodeFolder } from "../../io/node";
import { openTokenizer } from "../tokenizer";
import { addedToken, readVocabulary, type Vocabulary } from "../vocabulary";
import { editedFile } from "./editedFiles";
import { rowTokens, unionTokens, withTokens } from "./outputTokens";

const MODELS = "e2e/golden/merge/models";
const text = (model: string, file: string) => readFileSync(`${MODELS}/${model}/${file}`, "utf8");
const folderOf = (files: Readonly<Record<string, string>>) =>
  new MemoryFolder(
    "made",
    Object.fromEntries(Object.entries(files).map(([path, value]) => [path, new TextEncoder().encode(value)])),
  );

async function counted(model: string, limit?: number) {
  const vocabulary = await readVocabulary(nodeFolder(`${MODELS}/${model}`));
  if (!vocabulary) throw new Error(`${model} has no vocabulary.`);
  return { model, vocabulary, limit: limit ?? vocabulary.tokens.length };
}

describe("tokenizer.json of a union", () => {
  it("has the base's tokens under their ids and finds the new ones in a text", async () => {
    const [base, other] = [await counted("a"), await counted("vocab_plus")];
    const union = unionTokens(base, [other]);
    const made = editedFile(text("a", "tokenizer.json"), { kind: "definition", added: union.added });
    const settings = text("a", "tokenizer_config.json");
    const folder = folderOf({ "tokenizer.json": made, "tokenizer_config.json": settings });
    expect((await readVocabulary(folder))?.tokens).toEqual(union.tokens);
    const [ours, theirs] = [await openTokenizer(folder), await openTokenizer(nodeFolder(`${MODELS}/vocab_plus`))];
    const prompt = "<|im_start|>hello world<|im_end|>";
    expect(ours.encode(prompt, { special: false })).toEqual(theirs.encode(prompt, { special: false }));
    expect(ours.decode([93, 94], { skipSpecial: false })).toBe("<|im_start|><|im_end|>");
  });

  it("keeps all else as it is written", async () => {
    const union = unionTokens(await counted("a"), [await counted("vocab_plus")]);
    const before = text("a", "tokenizer.json");
    const made = editedFile(before, { kind: "definition", added: union.added });
    const model = (whole: string) => whole.slice(whole.indexOf('"normalizer"'));
    expect(model(made)).toBe(model(before));
    expect(JSON.parse(made).added_tokens.slice(0, 3)).toEqual(JSON.parse(before).added_tokens);
  });

  it("says a flag as the first model says that adds the token", async () => {
    const base = await counted("a");
    const like = (special: boolean, id: number): Vocabulary => ({
      tokens: [...base.vocabulary.tokens, "<new>"],
      roles: [],
      added: new Map([["<new>", addedToken({ special }, "<new>", id)]]),
    });
    const others = [like(true, 93), like(false, 93)].map((vocabulary, k) => ({
      model: `m${k}`,
      vocabulary,
      limit: 94,
    }));
    expect(unionTokens(base, others).added).toEqual([addedToken({ special: true }, "<new>", 93)]);
  });
});

describe("a tokenizer without the tokens that have no row", () => {
  const BPE = JSON.stringify({
    version: "1.0",
    added_tokens: [{ id: 5, content: "<end>", special: true }],
    model: { type: "BPE", vocab: { a: 0, b: 1, c: 2, ab: 3, abc: 4 }, merges: [["a", "b"], "ab c"] },
  });

  it("loses merges that mention or make one of them", async () => {
    const vocabulary = await readVocabulary(folderOf({ "tokenizer.json": BPE }));
    if (!vocabulary) return expect.unreachable();
    const cut = rowTokens({ model: "m", vocabulary, limit: 4 });
    expect(cut.tokens).toEqual(["a", "b", "c", "ab"]);
    const made = JSON.parse(editedFile(BPE, { kind: "definition", added: [], limit: 4 }));
    expect(made.model).toMatchObject({ vocab: { a: 0, b: 1, c: 2, ab: 3 }, merges: [["a", "b"]] });
    expect(made.added_tokens).toEqual([]);
    expect(JSON.parse(editedFile(BPE, { kind: "definition", added: [], limit: 3 })).model.merges).toEqual([]);
  });

  it("is cut as well where its pieces are a list", () => {
    const unigram = JSON.stringify({
      added_tokens: [],
      model: {
        type: "Unigram",
        vocab: [
          ["a", -1],
          ["b", -2.5],
        ],
      },
    });
    expect(JSON.parse(editedFile(unigram, { kind: "definition", added: [], limit: 1 })).model.vocab).toEqual([
      ["a", -1],
    ]);
  });
});

describe("files beside tokenizer.json", () => {
  const added = [addedToken({}, "<new>", 93)];

  it("tokenizer_config.json lists new tokens where it lists the others, and holds the template", () => {
    const plain = text("a", "tokenizer_config.json");
    expect(editedFile(plain, { kind: "settings", added })).toBe(plain);
    expect(JSON.parse(editedFile(plain, { kind: "settings", added, template: "{{ x }}" })).chat_template).toBe(
      "{{ x }}",
    );
    expect(editedFile(plain, { kind: "settings", added, template: "{{ x }}" })).toContain(
      "1000000000000000019884624838656",
    );
    const older = JSON.stringify({ added_tokens_decoder: { 0: { content: "<s>" }, 95: { content: "gone" } } });
    expect(JSON.parse(editedFile(older, { kind: "settings", added, limit: 94 })).added_tokens_decoder).toEqual({
      0: { content: "<s>" },
      93: { content: "<new>", single_word: false, lstrip: false, rstrip: false, normalized: true, special: false },
    });
  });

  it("added_tokens.json is kept and added to, or made", () => {
    expect(JSON.parse(editedFile('{"<x>": 7}', { kind: "added", added }))).toEqual({ "<x>": 7, "<new>": 93 });
    expect(JSON.parse(editedFile("{}", { kind: "added", added }))).toEqual({ "<new>": 93 });
  });

  it("generation_config.json names the same tokens by their new ids", () => {
    const before = '{\n  "eos_token_id": [2, 5],\n  "bos_token_id": 1,\n  "temperature": 1e-06\n}\n';
    expect(editedFile(before, { kind: "ids", ids: { 5: 9, 1: 0 } })).toBe(
      '{\n  "eos_token_id": [\n    2,\n    9\n  ],\n  "bos_token_id": 0,\n  "temperature": 1e-06\n}\n',
    );
  });
});

it("an ordinary token that is asked for becomes an added one under its id", async () => {
  const base = await counted("a");
  const made = withTokens(rowTokens(base), base.vocabulary, ["A", "<s>", "<new>"]);
  expect(made.added.map(({ id, content }) => `${id} ${content}`)).toEqual(["35 A", "93 <new>"]);
});
