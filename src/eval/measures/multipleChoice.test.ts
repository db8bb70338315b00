import { describe, expect, it } from "vitest";
import { testTokenizer } from "../model.testing";
import { continued } from "./continued";
import { logLikelihood, multipleChoice } from "./multipleChoice";

/** Joins a space with the letter after it, so that where a text is cut matters. */
const joining = {
  ...testTokenizer(),
  encode: (text: string) =>
    (text.match(/ ?[^ ]| /g) ?? []).map((piece) => [...piece].reduce((id, c) => id * 256 + c.charCodeAt(0), 0)),
};

describe("continued", () => {
  it("tokenises context and continuation together, and cuts where the context ends", () => {
    const { ids, from } = continued(joining, "ab", "cd");
    expect(ids).toEqual([0x61, 0x62, 0x2063, 0x64]);
    expect(from).toBe(2);
  });

  it("gives spaces at the end of the context to the continuation", () => {
    expect(continued(joining, "ab  ", "c")).toEqual({ ids: [0x61, 0x62, 0x20, 0x20, 0x2063], from: 2 });
  });

  it("leaves a token as context where the context has none", () => {
    expect(continued(testTokenizer(), "", "abc")).toEqual({ ids: [0, 1, 2], from: 1 });
    expect(continued(testTokenizer([7]), "", "abc")).toEqual({ ids: [7, 0, 1, 2], from: 1 });
  });
});

describe("logLikelihood", () => {
  it("adds up what the continuation costs", () => {
    expect(logLikelihood({ ids: [1, 2, 3, 4], from: 2 }, Float64Array.of(1, 2, 4))).toBe(-6);
  });
});

describe("multipleChoice", () => {
  const question = (choices: readonly string[], logLikelihoods: readonly number[], gold: number) => ({
    choices,
    logLikelihoods,
    gold,
  });

  it("weighs by nothing, by code points, and by bytes", () => {
    // 6 letters of one byte, 4 of three: per choice −6 < −5.5, per character −1 > −1.375, per byte −1 < −0.458.
    const { acc, accNorm, accBytes } = multipleChoice([question(["orange", "オレンジ"], [-6, -5.5], 0)]);
    expect([acc.verdicts, accNorm.verdicts, accBytes.verdicts]).toEqual([[false], [true], [false]]);
    expect([acc.margin, accNorm.margin]).toEqual([-0.5, expect.closeTo(0.375, 12)]);
  });

  it("counts a character outside of the first plane once", () => {
    expect(multipleChoice([question(["𠮷", "ab"], [-3, -5], 1)]).accNorm.verdicts).toEqual([true]);
  });

  it("takes the first of equals, and calls no number no answer", () => {
    const { acc } = multipleChoice([
      question(["a", "b"], [-1, -1], 0),
      question(["a", "b"], [-1, -1], 1),
      question(["a", "b"], [-1, Number.NaN], 0),
    ]);
    expect(acc.verdicts).toEqual([true, false, false]);
  });

  it("gives the error of the share", () => {
    const { acc } = multipleChoice([question(["a", "b"], [-1, -2], 0), question(["a", "b"], [-1, -2], 1)]);
    expect(acc).toMatchObject({ correct: 1, total: 2, standardError: 0.5, margin: 0 });
  });
});
