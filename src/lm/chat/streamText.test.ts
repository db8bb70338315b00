import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { nodeFolder } from "../../io/node";
import { openTokenizer, type Tokenizer } from "../../tokens/tokenizer";
import { TextStream } from "./streamText";

/** Every text that was shown, and the one at the end. */
function shown(tokenizer: Tokenizer, ids: readonly number[]) {
  const stream = new TextStream(tokenizer);
  return { steps: ids.map((id) => stream.push(id)), end: stream.end() };
}

describe.each(["llama-base", "gemma-donor"])("text of %s, token by token", async (name) => {
  const tokenizer = await openTokenizer(nodeFolder(`public/samples/${name}`));

  it("grows by whole characters", () => {
    const text = "猫🐈‍⬛と鰻、naïve ☃ 𠮷野家";
    const ids = tokenizer.encode(text, { special: false });
    const { steps, end } = shown(tokenizer, ids);
    expect(ids.length).toBeGreaterThan([...text].length);
    expect(steps.filter((step) => !text.startsWith(step))).toEqual([]);
    expect([steps.at(-1), end]).toEqual([text, text]);
  });

  it("leaves out special tokens", () => {
    const ids = [...tokenizer.encode("one", { special: false }), tokenizer.eos ?? 0];
    expect(shown(tokenizer, ids)).toMatchObject({ end: "one", steps: expect.arrayContaining(["one"]) });
  });

  it("shows a character that is never finished only at the end", () => {
    const whole = tokenizer.encode("鰻", { special: false });
    const { steps, end } = shown(tokenizer, whole.slice(0, -1));
    expect(steps.join("")).toBe("");
    expect(end).toMatch(/^\uFFFD+$/);
  });

  it("begins with what was shown before, whatever the ids", () => {
    const anyIds = fc.array(fc.nat(tokenizer.vocabularySize + 5), { maxLength: 40 });
    fc.assert(
      fc.property(anyIds, (ids) => {
        const { steps } = shown(tokenizer, ids);
        for (const [at, step] of steps.entries()) expect(step.startsWith(steps[at - 1] ?? "")).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
