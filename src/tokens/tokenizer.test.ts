import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { MemoryFolder } from "../io/memory";
import { nodeFolder } from "../io/node";
import type { Folder } from "../io/types";
import { openTokenizer } from "./tokenizer";
import { TOKENIZER_FILE } from "./tokenizerFiles";

type Expected = Readonly<Record<string, readonly { readonly text: string; readonly ids: readonly number[] }[]>>;
const expected: Expected = JSON.parse(readFileSync("e2e/golden/samples/tokens.json", "utf8"));
const sample = (name: string) => openTokenizer(nodeFolder(`public/samples/${name}`));
const golden = (name: string) => openTokenizer(nodeFolder(`e2e/golden/merge/models/${name}`));

/** Two spellings that every SentencePiece-like vocabulary reads as something else: its space, and its byte 0x41. */
const READ_OTHERWISE = ["▁metaspace▁", "<0x41>"];

describe.each(Object.entries(expected))("the tokenizer of %s", (name, texts) => {
  it("gives transformers' ids for every text", async () => {
    const tokenizer = await sample(name);
    const wrong = texts.filter(({ text, ids }) => `${tokenizer.encode(text, { special: true })}` !== `${ids}`);
    expect(texts.length).toBeGreaterThanOrEqual(200);
    expect(wrong).toEqual([]);
  });

  it("gives back every text from its ids, and knows how many bytes each token stands for", async () => {
    const tokenizer = await sample(name);
    const changed = texts.filter(({ text }) => {
      const ids = tokenizer.encode(text, { special: false });
      const bytes = ids.reduce((sum, id) => sum + tokenizer.byteLength(id), 0);
      return tokenizer.decode(ids, { skipSpecial: false }) !== text || bytes !== new TextEncoder().encode(text).length;
    });
    expect(changed.map(({ text }) => text).filter((text) => !READ_OTHERWISE.includes(text))).toEqual([]);
  });
});

describe("the golden tokenizers", () => {
  it.each(["a", "base", "qwen_a", "sharded", "vocab_plus", "vocab_other"])(
    "%s round-trips what it can spell, and drops what it cannot",
    async (name) => {
      const tokenizer = await golden(name);
      const text = "Merge<two>models,1+2=3!</s>";
      const ids = tokenizer.encode(text, { special: true });
      expect(ids.every((id) => id < tokenizer.vocabularySize)).toBe(true);
      expect(tokenizer.decode(ids, { skipSpecial: false })).toBe(
        text.replaceAll("!", name === "vocab_other" ? "" : "!"),
      );
      expect(tokenizer.decode(ids, { skipSpecial: true })).not.toContain("</s>");
      expect(tokenizer.eos).toBe(tokenizer.idOf("</s>"));
    },
  );

  it("have one key where their ids are the same, and another where they differ", async () => {
    const [a, b, other] = await Promise.all([golden("a"), golden("qwen_b"), golden("vocab_other")]);
    expect(a.key).toMatch(/^[0-9a-f]{64}$/);
    expect(b.key).toBe(a.key);
    expect(other.key).not.toBe(a.key);
  });
});

/** A vocabulary of letters and of some whole pieces, with the settings that a test is about. */
function folder(definition: object, config: object = {}): Folder {
  const tokens = [
    "<s>",
    "</s>",
    ..."abcdefghijklmnopqrstuvwxyz-",
    "the-",
    "final-",
    "-final",
    "-countdown",
    "--",
    "final",
  ];
  const bytes = (value: object) => new TextEncoder().encode(JSON.stringify(value));
  const base = {
    added_tokens: [],
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: { type: "Fuse" },
    model: {
      type: "BPE",
      ignore_merges: true,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [],
    },
  };
  return new MemoryFolder("tiny", {
    "tokenizer.json": bytes({ ...base, ...definition }),
    "tokenizer_config.json": bytes(config),
  });
}

describe("settings beside a tokenizer", () => {
  const template = {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [],
    special_tokens: { "<s>": { id: "<s>", ids: [0], tokens: ["<s>"] } },
  };
  const names = { bos_token: "<s>", eos_token: { content: "</s>", special: true } };
  const around = async (definition: object, config: object) => {
    const tokenizer = await openTokenizer(folder(definition, { ...names, ...config }));
    const [before, letter, after] = [tokenizer.prefix, tokenizer.idOf("q"), tokenizer.encode("q", { special: true })];
    return { before, after: after.slice(after.indexOf(letter ?? -1) + 1), addsBos: tokenizer.addsBos };
  };

  it("BOS is added where the post-processor says so", async () => {
    expect(await around({ post_processor: template }, {})).toEqual({ before: [0], after: [], addsBos: true });
    expect(await around({}, {})).toEqual({ before: [], after: [], addsBos: false });
  });

  it("an explicit setting goes before the post-processor", async () => {
    expect(await around({ post_processor: template }, { add_bos_token: false })).toMatchObject({ before: [] });
    expect(await around({}, { add_bos_token: true, add_eos_token: true })).toMatchObject({ before: [0], after: [1] });
  });

  it("a token that is only named in the settings is special, and found in a text", async () => {
    const tokenizer = await openTokenizer(folder({}, names));
    expect(tokenizer.encode("a</s>b", { special: false })).toEqual([2, 1, 3]);
    expect([tokenizer.isSpecial(1), tokenizer.isSpecial(2)]).toEqual([true, false]);
    expect([tokenizer.bos, tokenizer.eos]).toEqual([0, 1]);
  });

  it("tokens that only the settings list keep their ids", async () => {
    const listed = { added_tokens_decoder: { "99": { content: "<turn>", special: true } } };
    const tokenizer = await openTokenizer(folder({}, listed));
    expect(tokenizer.encode("a<turn>", { special: false })).toEqual([2, 99]);
    expect(tokenizer.decode([2, 50, 99, 1000], { skipSpecial: false })).toBe("a<turn>");
  });
});

describe("pieces that stick to their neighbours", () => {
  it.each([
    ["MergedWithPrevious", ["the-", "final-", "-", "c"]],
    ["MergedWithNext", ["t", "h", "e", "-final", "-", "-countdown"]],
    ["Contiguous", ["t", "h", "e", "-", "final", "--", "c"]],
    ["Isolated", ["t", "h", "e", "-", "final", "-", "-", "c"]],
  ])("are cut by %s as the Rust library cuts them", async (behavior, pieces) => {
    const split = { type: "Split", pattern: { String: "-" }, behavior, invert: false };
    const tokenizer = await openTokenizer(folder({ pre_tokenizer: { type: "Sequence", pretokenizers: [split] } }));
    const ids = tokenizer.encode("the-final--countdown", { special: false });
    expect(ids.map((id) => tokenizer.tokenOf(id)).slice(0, pieces.length)).toEqual(pieces);
  });
});

it("an unknown token outside of the vocabulary is left out, as if there were none", async () => {
  const model = {
    type: "Unigram",
    unk_id: 3.6e39,
    vocab: [
      ["a", -1],
      ["b", -2],
    ],
  };
  const files = {
    "tokenizer.json": JSON.stringify({
      model,
      added_tokens: [],
      normalizer: null,
      pre_tokenizer: null,
      post_processor: null,
      decoder: { type: "Fuse" },
    }),
  };
  const bytes = Object.entries(files).map(([path, text]): [string, Uint8Array] => [
    path,
    new TextEncoder().encode(text),
  ]);
  const tokenizer = await openTokenizer(new MemoryFolder("model", new Map(bytes)));
  expect(tokenizer.encode("a!b", { special: false })).toEqual([0, 1]);
});

it.each([["i"], [[0]], [2.5], [99]])("an id that no token has, as %j, is put around no text", async (id) => {
  const post_processor = {
    type: "TemplateProcessing",
    single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
    pair: [],
    special_tokens: { "<s>": { id: "<s>", ids: [id], tokens: ["<s>"] } },
  };
  const added_tokens = [{ id: 0, content: "<s>", special: true }];
  const tokenizer = await openTokenizer(folder({ post_processor, added_tokens }));
  for (const given of tokenizer.encode("a", { special: true })) expect(tokenizer.tokenOf(given)).toBeTypeOf("string");
});

it("what the library cannot do with a text has a code", async () => {
  const tokenizer = await openTokenizer(folder({ decoder: { type: "Sequence", decoders: [null, { type: "Fuse" }] } }));
  const broken = expect.objectContaining({ code: "tokenizer/broken" });
  expect(() => tokenizer.decode([2], { skipSpecial: false })).toThrow(broken);
});

describe("a folder without a usable tokenizer", () => {
  const open = (files: Record<string, Uint8Array>) => openTokenizer(new MemoryFolder("model", files));
  const text = (content: string) => new TextEncoder().encode(content);

  it.each([
    ["tokenizer/missing", {}],
    ["tokenizer/broken", { "tokenizer.json": text("{") }],
    ["tokenizer/broken", { "tokenizer.json": text("[]") }],
    ["tokenizer/broken", { "tokenizer.json": text("{}") }],
    ["tokenizer/broken", { "tokenizer.json": text('{"model":{"type":"Magic"}}') }],
    ["tokenizer/broken", { "tokenizer.json": text("{}"), "tokenizer_config.json": text("3") }],
  ])("is said with %s", async (code, files) => {
    await expect(open(files)).rejects.toMatchObject({ code });
  });

  it("is said when the file is far too large, and nothing of it is read", async () => {
    const huge: Folder = {
      name: "model",
      list: async () => [{ path: TOKENIZER_FILE.path, size: TOKENIZER_FILE.limit + 1 }],
      open: async () => expect.unreachable(),
    };
    await expect(openTokenizer(huge)).rejects.toMatchObject({ code: "tokenizer/too-large" });
  });
});
