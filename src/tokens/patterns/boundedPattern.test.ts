import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BoundedPattern } from "./boundedPattern";
import { Effort } from "./effort";
import { Matcher } from "./matcher";
import { programOf } from "./program";
import { longestTrusted } from "./shape";
import { syntaxOf } from "./syntax";

const raw = String.raw;

/** The patterns of the tokenizers that most models have, as the library writes them for JavaScript. */
const REAL = {
  "GPT-2": raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`,
  "Llama 3": raw`(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  "Qwen 2": raw`(?:'[sS]|'[tT]|'[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  o200k: raw`[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?:'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD])?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  "DeepSeek V3": raw`[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  "DeepSeek V3, ideographs": raw`[一-龥぀-ゟ゠-ヿ]+`,
  "DeepSeek LLM": raw`\s?[A-Za-zµÀ-ÖØ-öø-ƺƼ-ƿǄ-ʓʕ-ʯͰ-ͳͶͷͻ-ͽͿΆΈ-ΊΌΎ-ΡΣ-ϵϷ-ҁҊ-ԯԱ-Ֆ]+`,
  BLOOM: raw` ?[^()|\s.,!?…。，、।۔،]+`,
  Falcon: raw`[0-9][0-9][0-9]`,
  "StarCoder 2": raw`\p{N}`,
  "Kimi K2": raw`[\p{Script=Han}]+|[^\r\n\p{L}\p{N}]?(?:(?!\p{Script=Han})[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])*(?:(?!\p{Script=Han})[\p{Ll}\p{Lm}\p{Lo}\p{M}])+(?:'[sS]|'[tT]|'[rR][eE])?|[^\r\n\p{L}\p{N}]?(?:(?!\p{Script=Han})[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}])+(?:(?!\p{Script=Han})[\p{Ll}\p{Lm}\p{Lo}\p{M}])*(?:'[sS]|'[tT]|'[rR][eE])?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`,
  "one that is merged with what is before": raw`(?:(?!(?: ))[\s\S])*(?: )?`,
  "a word boundary": raw`(?:(?<!\p{L})(?=\p{L})|(?<=\p{L})(?!\p{L}))`,
};

const texts = ["prompts/general-ja.jsonl", "prompts/general-en.jsonl", "prompts/samples-math.jsonl"]
  .map((file) => readFileSync(file, "utf8").slice(0, 6_000))
  .concat([
    "  a \n\n\n  b\t\t 12345 I'll'RE 日本語のABCdef ÀÉî😀😀 !!?\r\n/x",
    " ".repeat(300),
    "AAAA".repeat(100),
    "",
  ]);

/** All matches by our engine, whatever it is trusted with. */
function found(source: string, text: string): string[] {
  const matcher = new Matcher(programOf(syntaxOf(source)), { steps: () => undefined });
  const all: string[] = [];
  for (let at = 0; at <= text.length; ) {
    const end = matcher.matchAt(text, at);
    if (end >= 0) all.push(text.slice(at, end));
    at = end > at ? end : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
  }
  return all;
}

const native = (source: string, text: string) => text.match(new RegExp(source, "gu")) ?? [];

describe("patterns of real tokenizers", () => {
  it.each(Object.entries(REAL))("%s cuts every text as JavaScript's engine does, and is trusted to it", (_, source) => {
    for (const text of texts) expect(found(source, text)).toEqual(native(source, text));
    expect(longestTrusted(syntaxOf(source))).toBeGreaterThan(4_000);
  });

  it("cut a text that is too long to be trusted alike, without being stopped", () => {
    for (const source of Object.values(REAL)) {
      for (const part of [texts[0] ?? "", " ", "A", "日", "\n", "'"]) {
        const text = part.repeat(Math.ceil(60_000 / part.length));
        const effort = new Effort();
        effort.begin(text.length);
        const pattern = new BoundedPattern(new RegExp(source, "gu"), effort);
        expect(text.match(pattern as unknown as RegExp) ?? []).toEqual(native(source, text));
      }
    }
  }, 60_000);
});

describe("any pattern", () => {
  const set = fc.constantFrom("a", "b", "[ab]", "[^a]", ".", raw`\p{L}`, raw`\s`, "[\\]a-]", "\\u{1F600}", "😀");
  const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
    pattern: fc.oneof(
      { maxDepth: 3, depthSize: "small" },
      tie("part"),
      fc.tuple(tie("pattern"), tie("pattern")).map(([x, y]) => x + y),
      fc.tuple(tie("pattern"), tie("pattern")).map(([x, y]) => `(?:${x}|${y})`),
      fc.tuple(tie("pattern"), tie("pattern")).map(([x, y]) => `${x}|${y}`),
    ),
    part: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      set,
      fc
        .tuple(tie("pattern"), fc.constantFrom("*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}?", "{1,}"))
        .map(([x, q]) => `(?:${x})${q}`),
      fc.tuple(tie("pattern"), fc.constantFrom("(?=", "(?!", "(?<=", "(?<!", "(")).map(([x, open]) => `${open}${x})`),
      fc.constantFrom("^", "$", ""),
    ),
  }));
  const text = fc.array(fc.constantFrom("a", "b", " ", "\n", "c"), { maxLength: 9 }).map((all) => all.join(""));

  const isBounded = (source: string) => {
    try {
      programOf(syntaxOf(source));
      return true;
    } catch {
      return false;
    }
  };

  it("finds what JavaScript's engine finds", () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { maxLength: 4 }), (source, all) => {
        fc.pre(isBounded(source));
        for (const one of all) expect(found(source, one)).toEqual(native(source, one));
      }),
      { numRuns: 3_000 },
    );
  });

  it("matches, replaces and parts as strings do it with JavaScript's", () => {
    fc.assert(
      fc.property(pattern, text, (source, one) => {
        fc.pre(isBounded(source));
        const own = new RegExp(source, "gu");
        const bounded = new BoundedPattern(own, new Effort()) as unknown as RegExp;
        expect(one.match(bounded)).toEqual(one.match(own));
        expect(one.replaceAll(bounded, "-")).toEqual(one.replaceAll(own, "-"));
        const places = (pattern: RegExp) => Array.from(one.matchAll(pattern), ({ 0: match, index }) => [match, index]);
        expect(places(bounded)).toEqual(places(own));
      }),
      { numRuns: 500 },
    );
  });
});

describe("what is not trusted to JavaScript's engine", () => {
  it.each(["(a+)+b", "(a|a)*b", "(?:a*)*b", "a*a*b", "(?:a|aa)+", "(?:a?){40}b", "(?=(?:a+)+b)a", "(?<=(?:a|a)*)b"])(
    "%s",
    (source) => {
      expect(longestTrusted(syntaxOf(source))).toBe(0);
    },
  );

  it("ends with an error, or with a result", () => {
    for (const source of ["(a+)+b", "(a|a)*b", "(?:a*)*b", "a*a*a*b", "(?=(?:a+)+b)a", "(?<=(?:a+)+b)c"]) {
      for (const length of [30, 5_000, 100_000]) {
        const effort = new Effort();
        effort.begin(length);
        const pattern = new BoundedPattern(new RegExp(source, "gu"), effort) as unknown as RegExp;
        try {
          expect("a".repeat(length).match(pattern)).toBeNull();
        } catch (error) {
          expect(error).toMatchObject({ code: "tokenizer/too-much", facts: { characters: length } });
        }
      }
    }
  }, 60_000);
});
