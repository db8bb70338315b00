import { describe, expect, it } from "vitest";
import { MemoryFolder } from "../io/memory";
import { nodeFolder } from "../io/node";
import { compareVocabularies } from "./compareVocabularies";
import { openTokenizer } from "./tokenizer";
import { readVocabulary } from "./vocabulary";

const bytes = (value: unknown) => new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
const read = (files: Readonly<Record<string, unknown>>) =>
  readVocabulary(
    new MemoryFolder(
      "model",
      Object.fromEntries(
        Object.entries(files).map(([path, value]) => [path, value instanceof Uint8Array ? value : bytes(value)]),
      ),
    ),
  );

/** A field of a protocol buffer that has a length. */
function field(number: number, value: Uint8Array): number[] {
  return [number * 8 + 2, value.length, ...value];
}
const piece = (text: string) => field(1, Uint8Array.from([...field(1, bytes(text)), 21, 0, 0, 128, 63, 24, 1]));

describe("the vocabulary of a folder", () => {
  it.each(["a", "vocab_plus", "vocab_other", "qwen_a"])("%s is the one its tokenizer has", async (name) => {
    const folder = nodeFolder(`e2e/golden/merge/models/${name}`);
    const [vocabulary, tokenizer] = [await readVocabulary(folder), await openTokenizer(folder)];
    const ids = Array.from({ length: tokenizer.vocabularySize }, (_, id) => id);
    expect(vocabulary?.tokens).toEqual(ids.map((id) => tokenizer.tokenOf(id)));
    expect(vocabulary?.roles).toContainEqual({ role: "eos", id: tokenizer.eos });
  });

  it.each(["llama-base", "gemma-donor"])("%s of the samples as well", async (name) => {
    const folder = nodeFolder(`public/samples/${name}`);
    const [vocabulary, tokenizer] = [await readVocabulary(folder), await openTokenizer(folder)];
    expect(vocabulary?.tokens).toHaveLength(tokenizer.vocabularySize);
    expect(vocabulary?.tokens.every((token, id) => token === tokenizer.tokenOf(id))).toBe(true);
  });

  it("is a list with scores, with added tokens, also those that only the settings have", async () => {
    const vocabulary = await read({
      "tokenizer.json": {
        model: {
          type: "Unigram",
          vocab: [
            ["<unk>", 0],
            ["▁a", -1],
          ],
        },
        added_tokens: [{ id: 2, content: "<s>" }],
      },
      "tokenizer_config.json": {
        added_tokens_decoder: { 1: { content: "other" }, 4: { content: "<end>" } },
        eos_token: { content: "<end>" },
        chat_template: [
          { name: "tool", template: "x" },
          { name: "default", template: "{{ y }}" },
        ],
      },
      "generation_config.json": { eos_token_id: [4, 7], pad_token_id: null, bos_token_id: 2 },
    });
    expect(vocabulary).toMatchObject({ definition: "Unigram", template: "{{ y }}" });
    expect([...(vocabulary?.added?.values() ?? [])].map(({ id, content }) => `${id} ${content}`)).toEqual([
      "2 <s>",
      "4 <end>",
    ]);
    expect(vocabulary).toMatchObject({
      tokens: ["<unk>", "▁a", "<s>", undefined, "<end>"],
      roles: [
        { role: "eos", id: 4 },
        { role: "eos", id: 7 },
        { role: "bos", id: 2 },
        { role: "eos", id: 4 },
      ],
    });
  });

  it("is SentencePiece's, or a list of its own, where there is no tokenizer.json", async () => {
    const model = Uint8Array.from([...piece("<unk>"), ...piece("▁the"), ...field(2, Uint8Array.of(8, 1))]);
    expect((await read({ "tokenizer.model": model, "added_tokens.json": { "<x>": 2 } }))?.tokens).toEqual([
      "<unk>",
      "▁the",
      "<x>",
    ]);
    expect((await read({ "vocab.json": { b: 1, a: 0 } }))?.tokens).toEqual(["a", "b"]);
    expect(await read({ "tokenizer.model": bytes("no protocol buffer") })).toBeUndefined();
    expect(await read({ "config.json": {} })).toBeUndefined();
  });

  it.each([
    [{ "tokenizer.json": "{" }],
    [{ "tokenizer.json": {} }],
    [{ "tokenizer.json": { model: { vocab: { a: -1 } } } }],
    [{ "tokenizer.json": { model: { vocab: { a: 1e9 } } } }],
    [{ "tokenizer.json": { model: { vocab: { a: "0" } } } }],
    [{ "vocab.json": "[]" }],
  ])("is refused where it is broken: %j", async (files) => {
    await expect(read(files)).rejects.toMatchObject({ code: "tokenizer/broken" });
  });
});

describe("two vocabularies", () => {
  it("are compared row by row, up to the rows there are", () => {
    const [a, b] = [
      ["x", "y", undefined, "z"],
      ["x", undefined, "w", "v"],
    ];
    expect(compareVocabularies(a, b, 3)).toEqual({
      rows: 2,
      differing: 1,
      first: { id: 2, found: undefined, expected: "w" },
    });
    expect(compareVocabularies(a, a, 9)).toEqual({ rows: 3, differing: 0 });
    expect(compareVocabularies(b, a, 4).first).toEqual({ id: 1, found: undefined, expected: "y" });
  });

  it("of the golden models differ in 90 of 93 rows, or in none", async () => {
    const [a, plus, other] = await Promise.all(
      ["a", "vocab_plus", "vocab_other"].map((name) => readVocabulary(nodeFolder(`e2e/golden/merge/models/${name}`))),
    );
    const against = (found = other) => compareVocabularies(found?.tokens ?? [], a?.tokens ?? [], 93);
    expect(against()).toMatchObject({ rows: 93, differing: 90, first: { id: 3, found: "&", expected: "!" } });
    expect(against(plus)).toEqual({ rows: 93, differing: 0 });
  });
});
