import { MemoryFolder } from "../../src/io/memory";
import { openTokenizer } from "../../src/tokens/tokenizer";
import { readVocabulary } from "../../src/tokens/vocabulary";
import { jsonOf, mutateJson, printJson } from "../mutate/json";
import { ODD_TEXTS } from "../mutate/odd";
import { mutateText } from "../mutate/text";
import { readText } from "../seeds";
import { ACCEPTED, answerOf, bytesOf, ensure, type Target, textOf } from "../target";

const NAMES = [
  "added_tokens",
  "content",
  "id",
  "special",
  "normalized",
  "lstrip",
  "rstrip",
  "single_word",
  "normalizer",
  "normalizers",
  "type",
  "pattern",
  "Regex",
  "String",
  "behavior",
  "invert",
  "pre_tokenizer",
  "pretokenizers",
  "add_prefix_space",
  "use_regex",
  "prepend_scheme",
  "replacement",
  "str_rep",
  "post_processor",
  "processors",
  "single",
  "pair",
  "special_tokens",
  "SpecialToken",
  "Sequence",
  "decoder",
  "decoders",
  "model",
  "vocab",
  "merges",
  "unk_token",
  "unk_id",
  "byte_fallback",
  "ignore_merges",
  "continuing_subword_prefix",
  "max_input_chars_per_word",
  "fuse_unk",
];
const STEPS = [
  "Sequence",
  "ByteLevel",
  "Metaspace",
  "Split",
  "Whitespace",
  "WhitespaceSplit",
  "Punctuation",
  "Digits",
  "BertPreTokenizer",
  "Lowercase",
  "NFC",
  "NFKC",
  "NFD",
  "StripAccents",
  "Strip",
  "Replace",
  "Prepend",
  "Precompiled",
  "BertNormalizer",
  "TemplateProcessing",
  "RobertaProcessing",
  "BPEDecoder",
  "WordPiece",
  "Fuse",
  "ByteFallback",
  "CTC",
  "BPE",
  "Unigram",
  "WordLevel",
];
const PATTERNS = [
  "(a+)+b",
  "\\p{L}+",
  " ?\\p{N}",
  "[^\\r\\n]*",
  "a|b",
  "(?=a)",
  "(?i:'s|'t)",
  "(",
  "[",
  "\\",
  "(?<x>a)",
  "\\k<x>",
  "",
  "\\s+(?!\\S)",
  "[[a]&&[b]]",
  "\\Q",
  "a{1,999}",
  "(?<=a)b",
  "^",
  "$",
];
const VALUES = [
  ...[
    ...STEPS,
    "Isolated",
    "Removed",
    "MergedWithPrevious",
    "MergedWithNext",
    "Contiguous",
    "always",
    "first",
    "never",
    "<unk>",
    "a b",
  ].map((text) => JSON.stringify(text)),
  ...PATTERNS.map((Regex) =>
    JSON.stringify({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false }),
  ),
  ...PATTERNS.slice(0, 8).map((Regex) => JSON.stringify({ type: "Replace", pattern: { Regex }, content: "xy" })),
  ...STEPS.map((type) => JSON.stringify({ type })),
  '{"id":3,"content":"zz","special":true}',
  '{"id":4294967295,"content":"far"}',
  '{"id":-1,"content":"before"}',
  '{"id":0.5,"content":"between"}',
  '["a","b"]',
  '"a b"',
  '{"a":0,"b":1,"ab":2}',
  '[["a",-1.5],["b",-2]]',
  '{"far":4294967294}',
  '{"a":0,"b":0}',
  '{"constructor":7}',
];
const TEXTS = [
  "Hello, world! 123",
  "東京 is 日本\n\n",
  "don't  stop",
  "a\u0000b",
  "<s> <unk></s>",
  "é e\u0301 ﬁ",
  "😀👩‍👩‍👧",
  "",
  " ",
  "x".repeat(40),
  "\t\r\n",
  "<0x0A>▁Ġ",
];

/**
 * The tokenizer of a model. It is refused with a code, or gives ids that its vocabulary has and text for them, in bounded time; where the
 * definition is whole and loses nothing, the text that was put in.
 */
export const tokenizer: Target = {
  name: "tokenizer",
  time: { base: 6000, perKb: 400 },
  async open() {
    const whole = ["e2e/golden/merge/models/a", "e2e/golden/merge/models/vocab_plus"].map((folder) =>
      readText(`${folder}/tokenizer.json`),
    );
    const byteLevel = readText("public/samples/llama-base/tokenizer.json");
    const others = small.map((definition) => JSON.stringify(definition));
    const seeds = [...whole, ...others].map((text) => jsonOf(JSON.parse(text)));
    const config = jsonOf(JSON.parse(readText("public/samples/llama-base/tokenizer_config.json")));
    return {
      make(random) {
        const seed = random.pick(seeds);
        const isWhole = random.oneIn(6);
        const definition = isWhole
          ? random.oneIn(60)
            ? byteLevel
            : random.pick(whole)
          : printJson(random, mutateJson(random, seed, { names: NAMES, values: VALUES }));
        const settings = isWhole
          ? "{}"
          : printJson(
              random,
              random.oneIn(3)
                ? mutateJson(random, config, {
                    names: [
                      "bos_token",
                      "eos_token",
                      "add_bos_token",
                      "added_tokens_decoder",
                      "chat_template",
                      "clean_up_tokenization_spaces",
                      "extra_special_tokens",
                    ],
                    values: [
                      '{"content":"<s>"}',
                      '{"99":{"content":"<x>"}}',
                      '{"4294967295":{"content":"<far>"}}',
                      '{"-1":{"content":"<y>"}}',
                    ],
                  })
                : config,
            );
        const text = mutateText(random, random.pick(TEXTS), {
          words: ODD_TEXTS,
          others: TEXTS,
          limit: random.oneIn(100) ? 20_000 : 600,
        });
        return { "tokenizer.json": definition, "tokenizer_config.json": settings, text };
      },
      async check(input) {
        const folder = new MemoryFolder("m", {
          "tokenizer.json": bytesOf(input, "tokenizer.json"),
          "tokenizer_config.json": bytesOf(input, "tokenizer_config.json"),
        });
        const definition = textOf(input, "tokenizer.json");
        const isLossless = definition === byteLevel || whole.includes(definition);
        const vocabulary = await answerOf(() => readVocabulary(folder));
        const opened = await answerOf(() => openTokenizer(folder));
        if ("code" in opened) {
          ensure(!isLossless, () => `a whole tokenizer is refused with ${opened.code}`);
          return opened.code;
        }
        const { vocabularySize } = opened.value;
        ensure(vocabularySize <= 2 ** 22, () => `it has ${vocabularySize} ids`);
        if ("value" in vocabulary && isLossless) {
          ensure(
            vocabulary.value?.tokens.every((token, id) => token === opened.value.tokenOf(id)) === true,
            () => "its vocabulary is read in two ways",
          );
        }
        const text = textOf(input, "text");
        const ids = await answerOf(() => opened.value.encode(text, { special: true }));
        if ("code" in ids) return ids.code;
        for (const id of ids.value) {
          ensure(
            Number.isInteger(id) && id >= 0 && id < vocabularySize,
            () => `it gives the id ${id} of ${vocabularySize}`,
          );
          ensure(typeof opened.value.tokenOf(id) === "string", () => `it gives the id ${id}, which no token has`);
          ensure(
            Number.isSafeInteger(opened.value.byteLength(id)),
            () => `the token ${id} has ${opened.value.byteLength(id)} bytes`,
          );
        }
        const decoded = await answerOf(() => opened.value.decode(ids.value, { skipSpecial: false }));
        if ("code" in decoded) return decoded.code;
        ensure(typeof decoded.value === "string", () => "it decodes to what is no text");
        const isWellFormed =
          new TextDecoder().decode(new TextEncoder().encode(text)) === text && !text.startsWith("\ufeff");
        if (definition === byteLevel && isWellFormed) {
          const plain = opened.value.decode(opened.value.encode(text, { special: false }), { skipSpecial: false });
          ensure(plain === text, () => `the text comes back as ${JSON.stringify(plain)}`);
        }
        return ACCEPTED;
      },
    };
  },
};

const letters = Object.fromEntries([..."abcdefghijklmnopqrstuvwxyz ▁Ġ<>0x"].map((letter, id) => [letter, id]));

/** One of each kind of model. */
const small = [
  {
    added_tokens: [{ id: 40, content: "<s>", special: true }],
    normalizer: {
      type: "Sequence",
      normalizers: [
        { type: "Prepend", prepend: "▁" },
        { type: "Replace", pattern: { String: " " }, content: "▁" },
      ],
    },
    pre_tokenizer: null,
    post_processor: {
      type: "TemplateProcessing",
      single: [{ SpecialToken: { id: "<s>", type_id: 0 } }, { Sequence: { id: "A", type_id: 0 } }],
      pair: [],
      special_tokens: { "<s>": { id: "<s>", ids: [40], tokens: ["<s>"] } },
    },
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
      ],
    },
    model: {
      type: "BPE",
      vocab: { ...letters, ab: 35, "<0x0A>": 36 },
      merges: ["a b"],
      byte_fallback: true,
      unk_token: "x",
      fuse_unk: true,
    },
  },
  {
    added_tokens: [{ id: 3, content: "[MASK]", special: true, lstrip: true }],
    normalizer: {
      type: "BertNormalizer",
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: null,
      lowercase: true,
    },
    pre_tokenizer: { type: "BertPreTokenizer" },
    post_processor: {
      type: "RobertaProcessing",
      sep: ["a", 0],
      cls: ["b", 1],
      trim_offsets: true,
      add_prefix_space: false,
    },
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
    model: {
      type: "WordPiece",
      unk_token: "x",
      continuing_subword_prefix: "##",
      max_input_chars_per_word: 100,
      vocab: { ...letters, "##a": 35, "##b": 36 },
    },
  },
  {
    added_tokens: [],
    normalizer: {
      type: "Sequence",
      normalizers: [{ type: "NFKC" }, { type: "Strip", strip_left: true, strip_right: true }],
    },
    pre_tokenizer: { type: "Metaspace", replacement: "▁", add_prefix_space: true, prepend_scheme: "always" },
    post_processor: null,
    decoder: { type: "Metaspace", replacement: "▁", add_prefix_space: true },
    model: {
      type: "Unigram",
      unk_id: 0,
      vocab: [["<unk>", 0], ...Object.keys(letters).map((letter, at) => [letter, -at - 1]), ["▁a", -1.5]],
      byte_fallback: false,
    },
  },
];
