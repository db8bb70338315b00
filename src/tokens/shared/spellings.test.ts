import { describe, expect, it } from "vitest";
import { MemoryFolder } from "../../io/memory";
import { nodeFolder } from "../../io/node";
import { sharedTokens } from "./sharedTokens";
import { readSpellings, spell } from "./spellings";

const bytes = (text: string) => String.fromCharCode(...new TextEncoder().encode(text));
const folder = (definition: object, others: Readonly<Record<string, object>> = {}) =>
  new MemoryFolder(
    "model",
    Object.fromEntries(
      Object.entries({ "tokenizer.json": definition, ...others }).map(([path, value]) => [
        path,
        new TextEncoder().encode(JSON.stringify(value)),
      ]),
    ),
  );
const ids = async (definition: object, others?: Readonly<Record<string, object>>) =>
  Object.fromEntries((await readSpellings(folder(definition, others)))?.ids ?? []);

describe("what tokens spell", () => {
  it("in byte-level tokenizers: bytes by their table, whole characters or not", async () => {
    const model = { type: "BPE", vocab: { a: 0, Ġa: 1, "æĹ¥": 2, æ: 3, Ċ: 4, 日: 5, "<s>": 6 } };
    const definition = { model, decoder: { type: "ByteLevel" }, added_tokens: [{ id: 6, content: "<s>" }] };
    expect(await ids(definition)).toEqual({ a: 0, " a": 1, [bytes("日")]: 2, "\xe6": 3, "\n": 4 });
  });

  it("in SentencePiece's: a blank, and bytes of their own", async () => {
    const model = { type: "BPE", vocab: { "<unk>": 0, "<0x0A>": 1, "▁日本": 2, "▁▁": 3, "<0xE6>": 4 } };
    expect(await ids({ model, added_tokens: [{ id: 0, content: "<unk>" }] })).toEqual({
      "\n": 1,
      [bytes(" 日本")]: 2,
      "  ": 3,
      "\xe6": 4,
    });
  });

  it("in WordPiece: what goes on has no blank before it and is never the beginning of a word", async () => {
    const model = { type: "WordPiece", vocab: { "[UNK]": 0, ing: 1, "##ing": 2, "##": 3 } };
    expect(await ids({ model, added_tokens: [{ id: 0, content: "[UNK]" }] })).toEqual({ " ing": 1, ing: 2, " ##": 3 });
  });

  it("a byte that a character spells as well is that character's; then the lowest id counts", () => {
    const found = spell(["<0x41>", "A", "x", "A", "<0x42>", "<0x42>"], "sentencepiece", new Set());
    expect(Object.fromEntries(found.ids)).toEqual({ A: 1, x: 2, B: 4 });
    expect(found.tokens).toBe(6);
  });

  it("tokens that only the settings add are left out as well, and a folder without tokenizer has none", async () => {
    const model = { type: "BPE", vocab: { a: 0, b: 1 } };
    const settings = { "tokenizer_config.json": { added_tokens_decoder: { 1: { content: "b" } } } };
    expect(await ids({ model }, settings)).toEqual({ a: 0 });
    expect(await readSpellings(new MemoryFolder("empty", {}))).toBeUndefined();
  });

  it("vocabularies without a definition are GPT-2's", async () => {
    const files = { "vocab.json": new TextEncoder().encode(JSON.stringify({ Ġthe: 0, "Ã©": 1 })) };
    const found = await readSpellings(new MemoryFolder("old", files));
    expect(Object.fromEntries(found?.ids ?? [])).toEqual({ " the": 0, [bytes("é")]: 1 });
  });
});

describe("tokens that two vocabularies share", () => {
  const base = spell(["x", "▁a", "b", "<0x0A>"], "sentencepiece", new Set());
  const donor = spell(["Ċ", "c", "Ġa", "b"], "byte-level", new Set());

  it("are pairs in the order of the base", () => {
    const { base: own, donor: others } = sharedTokens(base, donor);
    expect([[...own], [...others]]).toEqual([
      [1, 2, 3],
      [2, 3, 0],
    ]);
  });

  it("are the first ones, where so many are enough", () => {
    expect([...sharedTokens(base, donor, 2).base]).toEqual([1, 2]);
  });

  it("of the samples are as many as they were when they were trained", async () => {
    const [own, others] = ["llama-base", "gemma-donor"].map((name) =>
      readSpellings(nodeFolder(`public/samples/${name}`)),
    );
    const [a, b] = [await own, await others];
    if (!a || !b) throw new Error("The samples have tokenizers.");
    expect([a.style, b.style]).toEqual(["byte-level", "sentencepiece"]);
    expect(sharedTokens(a, b).base).toHaveLength(468);
  });
});
