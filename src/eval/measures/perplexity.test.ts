import { describe, expect, it } from "vitest";
import { scorePrompt } from "../texts";
import { perplexity } from "./perplexity";
import { relativePerplexity } from "./relative";

const score = (nll: number, tokens: number, bytes = tokens) => ({ nll, tokens, bytes });

describe("scorePrompt", () => {
  const nll = Float64Array.of(1, 2, 4);

  it("sums what was predicted", () => {
    expect(scorePrompt({ ids: [5, 6, 7, 8], scoredFrom: 1, bytes: 9 }, nll)).toEqual(score(7, 3, 9));
  });

  it("leaves out what is context only", () => {
    expect(scorePrompt({ ids: [5, 6, 7, 8], scoredFrom: 3, bytes: 2 }, nll)).toEqual(score(4, 1, 2));
  });

  it("scores nothing of a single token", () => {
    expect(scorePrompt({ ids: [5], scoredFrom: 1, bytes: 1 }, new Float64Array())).toEqual(score(0, 0, 1));
  });
});

describe("perplexity", () => {
  it("weighs by tokens, and by prompts", () => {
    const { tokenWeighted, promptMean, bitsPerByte } = perplexity([score(2, 1, 4), score(2, 3, 4)]);
    expect(tokenWeighted).toBeCloseTo(Math.E, 12);
    expect(promptMean).toBeCloseTo(Math.exp((2 + 2 / 3) / 2), 12);
    expect(bitsPerByte).toBeCloseTo(4 / (Math.LN2 * 8), 12);
  });

  it("takes its error from the spread between prompts", () => {
    expect(perplexity([score(2, 2), score(3, 3)]).standardError).toBeCloseTo(0, 12);
    // ln PPL = 1, residuals +1 and -1: sqrt(2 / 1 * 2) / 4.
    expect(perplexity([score(3, 2), score(1, 2)]).standardError).toBeCloseTo(0.5, 12);
    expect(perplexity([score(3, 2)]).standardError).toBeNaN();
  });

  it("does not count the bytes of prompts without a scored token, but keeps their place", () => {
    const measured = perplexity([score(2, 2, 4), score(0, 0, 9)]);
    expect(measured.bitsPerByte).toBeCloseTo(2 / (Math.LN2 * 4), 12);
    expect(measured.prompts).toHaveLength(2);
  });

  it("refuses a set in which nothing is predicted", () => {
    expect(() => perplexity([score(0, 0)])).toThrow(expect.objectContaining({ code: "eval/nothing-scored" }));
  });
});

describe("relativePerplexity", () => {
  it("is the quotient of the two perplexities", () => {
    const [merged, base] = [
      [score(3, 2), score(5, 4)],
      [score(2, 2), score(4, 4)],
    ];
    const { ratio, ln } = relativePerplexity(merged, base);
    expect(ratio).toBeCloseTo(perplexity(merged).tokenWeighted / perplexity(base).tokenWeighted, 12);
    expect(ln).toBeCloseTo(2 / 6, 12);
  });

  it("cancels what makes a prompt hard", () => {
    const merged = [score(101, 1), score(2, 1), score(51, 1)];
    const base = [score(100, 1), score(1, 1), score(50, 1)];
    expect(relativePerplexity(merged, base)).toEqual({ ratio: Math.E, ln: 1, standardError: 0 });
  });
});
