import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Prompt } from "../types";
import { splitPrompts } from "./split";

const prompts = (texts: readonly string[]): Prompt[] => texts.map((text) => ({ text }));
const numbered = (count: number) => Array.from({ length: count }, (_, i) => `Prompt number ${i}`);
const anyTexts = fc.array(fc.string({ minLength: 1 }), { maxLength: 40 });

it("parts about evenly", () => {
  const { search, heldOut } = splitPrompts(prompts(numbered(1000)));
  expect(search.length + heldOut.length).toBe(1000);
  expect(Math.abs(search.length - 500)).toBeLessThan(60);
});

it("puts a prompt on its side whatever the order", () => {
  fc.assert(
    fc.property(anyTexts, (texts) => {
      const side = (list: readonly Prompt[]) => list.map(({ text }) => text).sort();
      const [ahead, back] = [splitPrompts(prompts(texts)), splitPrompts(prompts(texts.toReversed()))];
      expect(side(ahead.search)).toEqual(side(back.search));
      expect(side(ahead.heldOut)).toEqual(side(back.heldOut));
    }),
  );
});

it("moves no prompt when others come", () => {
  const few = splitPrompts(prompts(numbered(40)));
  const many = splitPrompts(prompts(numbered(400)));
  expect(many.heldOut).toEqual(expect.arrayContaining([...few.heldOut]));
  expect(many.search).toEqual(expect.arrayContaining([...few.search]));
});

it("never has one text on both sides, and none empty where there are two", () => {
  fc.assert(
    fc.property(anyTexts, (texts) => {
      const { search, heldOut } = splitPrompts(prompts([...texts, ...texts.map((text) => ` ${text}\n`)]));
      const held = new Set(heldOut.map(({ text }) => text.trim()));
      expect(search.filter(({ text }) => held.has(text.trim()))).toEqual([]);
      const different = new Set(texts.map((text) => text.normalize("NFKC").replace(/\s+/g, " ").trim())).size;
      if (different > 1) expect(Math.min(search.length, heldOut.length)).toBeGreaterThan(0);
    }),
  );
});

it("keeps a single prompt for the search", () => {
  expect(splitPrompts(prompts(["alone"]))).toEqual({ search: [{ text: "alone" }], heldOut: [] });
  expect(splitPrompts([])).toEqual({ search: [], heldOut: [] });
});
