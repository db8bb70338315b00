import { describe, expect, it } from "vitest";
import { MemoryFolder } from "../io/memory";
import { openTokenizer } from "./tokenizer";

const letters = Object.fromEntries([..."abcdefghijklmnopqrstuvwxyz \n▁"].map((letter, id) => [letter, id]));

/** A tokenizer of letters, with what a test is about. */
function open(definition: object) {
  const base = {
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: "Fuse" },
  };
  const model = { type: "BPE", vocab: letters, merges: [] };
  const text = JSON.stringify({ ...base, model, ...definition });
  return openTokenizer(new MemoryFolder("hostile", { "tokenizer.json": new TextEncoder().encode(text) }));
}

const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));
const split = (Regex: string, behavior = "Isolated") => ({
  pre_tokenizer: { type: "Split", pattern: { Regex }, behavior, invert: false },
});
const normalizers = (list: readonly object[]) => ({ normalizer: { type: "Sequence", normalizers: list } });
const LONG = "a".repeat(100_000);

describe("a tokenizer.json that would run without end", () => {
  it.each([
    ["repetitions in repetitions", split("(a+)+b")],
    ["options that are the same", split("(a|a)*b")],
    ["what may be empty, often", split("(a?){40}a{40}b")],
    ["a row of repetitions", split("a*a*a*a*b")],
    ["repetitions in what is looked at", split("(?=(a+)+b)a")],
    ["repetitions before a place", split("(?<=b(a+)+)a")],
    ["pieces that are merged", split("(a+)+b", "MergedWithPrevious")],
    ["a search that starts over", split("[\\s\\S]*z")],
    ["options without number", split(many(3_000, (index) => `b${index.toString(36)}`).join("|"))],
    ["a normalizer", normalizers([{ type: "Replace", pattern: { Regex: "(a+)+b" }, content: "" }])],
    [
      "replacements that grow",
      normalizers(many(40, () => ({ type: "Replace", pattern: { String: "a" }, content: "aa" }))),
    ],
    [
      "pieces in pieces",
      { model: { type: "Unigram", unk_id: 0, vocab: many(300, (index) => ["a".repeat(index + 1), -index]) } },
    ],
  ])(
    "is stopped within seconds: %s",
    async (_, definition) => {
      const encode = async () => (await open(definition)).encode(LONG, { special: true });
      await expect(encode()).rejects.toMatchObject({ code: "tokenizer/too-much" });
    },
    90_000, // seconds by itself, a multiple on a busy machine
  );

  it("is stopped where it decodes", async () => {
    const decoder = { type: "Replace", pattern: { Regex: "(a+)+b" }, content: "" };
    const vocab = { ...letters, [LONG]: 99 };
    const tokenizer = await open({ decoder, model: { type: "BPE", vocab, merges: [] } });
    expect(() => tokenizer.decode([99], { skipSpecial: false })).toThrow(
      expect.objectContaining({ code: "tokenizer/too-much" }),
    );
  }, 30_000);

  it.each([
    ["a pattern without end", split("a".repeat(30_000))],
    ["a pattern that refers to itself", split("(a+)\\1b")],
    ["repetitions that are written out", split("(?:a{1,100}){1,100}{1,100}b")],
    ["brackets in brackets", split(`${"(?:".repeat(9_000)}a${")".repeat(9_000)}`)],
    ["steps without number", normalizers(many(10_000, () => ({ type: "Lowercase" })))],
    [
      "a space that grows",
      { pre_tokenizer: { type: "Sequence", pretokenizers: many(9, () => ({ type: "Metaspace", str_rep: "  " })) } },
    ],
    ["an added token without end", { added_tokens: [{ id: 99, content: LONG, special: true }] }],
    [
      "an id from which a list of thousands of millions follows",
      { model: { type: "BPE", vocab: { far: 4294967294 }, merges: [] } },
    ],
    ["an id below zero", { added_tokens: [{ id: -1, content: "before", special: true }] }],
    ["an id between two", { added_tokens: [{ id: 0.5, content: "between", special: true }] }],
    ["an added token that is no text", { added_tokens: [{ id: 27, content: ["z"], special: true }] }],
    ["a piece that is no text", { model: { type: "Unigram", unk_id: 0, vocab: [[["a"], 0]] } }],
    ["an unknown token that is a list", { model: { type: "Unigram", unk_id: [0], vocab: [["a", 0]] } }],
    [
      "words without end",
      { model: { type: "WordPiece", vocab: letters, unk_token: "a", max_input_chars_per_word: 1e9 } },
    ],
  ])("is refused as it is opened: %s", async (_, definition) => {
    await expect(open(definition)).rejects.toMatchObject({ code: "tokenizer/broken" });
  });
});

describe("a text that is long, and a tokenizer that is not hostile", () => {
  it.each([
    ["one piece", {}],
    ["pieces of letters and of spaces", split(" ?\\p{L}+|\\s+(?!\\S)|\\s+")],
    ["merges", { model: { type: "BPE", vocab: { ...letters, aa: 90 }, merges: [["a", "a"]] } }],
  ])(
    "gives its tokens: %s",
    async (_, definition) => {
      const text = `${LONG}${" ".repeat(20_000)}b`;
      const tokenizer = await open(definition);
      expect(tokenizer.decode(tokenizer.encode(text, { special: false }), { skipSpecial: false })).toBe(text);
    },
    30_000,
  );
});
