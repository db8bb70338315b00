import { describe, expect, it } from "vitest";
import { endsInLoop, generationHealth, repetition } from "./generationHealth";

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);

describe("repetition", () => {
  it("is the share of 4-grams that came before", () => {
    expect(repetition(range(0, 20))).toBe(0);
    expect(repetition([1, 1, 1, 1, 1, 1])).toBeCloseTo(2 / 3, 12); // one of three is new
    expect(repetition([1, 2, 3, 4, 1, 2, 3, 4])).toBeCloseTo(1 / 5, 12);
  });

  it("is none of an answer too short to repeat", () => {
    expect([repetition([]), repetition([1, 1, 1])]).toEqual([0, 0]);
  });
});

describe("endsInLoop", () => {
  it.each([
    ["one token three times", [5, 1, 1, 1], true],
    ["one token twice", [5, 1, 1], false],
    ["a stretch three times", [9, ...range(0, 7), ...range(0, 7), ...range(0, 7)], true],
    ["50 tokens three times", [...range(0, 50), ...range(0, 50), ...range(0, 50)], true],
    ["51 tokens three times", [...range(0, 51), ...range(0, 51), ...range(0, 51)], false],
    ["a loop that was left", [1, 2, 1, 2, 1, 2, 3], false],
    ["nothing", [], false],
  ])("%s", (_, ids, expected) => expect(endsInLoop(ids)).toBe(expected));
});

describe("generationHealth", () => {
  const ended = (length: number) => ({ ids: range(0, length), ended: "stop" as const });
  const cut = (length: number) => ({ ids: range(0, length), ended: "length" as const });

  it("counts what ran into the limit", () => {
    expect(generationHealth([ended(4), cut(8), { ids: [7, 7, 7], ended: "length" }, ended(1)])).toEqual({
      runaway: 0.5,
      meanTokens: 4,
      repetition: 0,
      loops: 0.25,
      flagged: false,
    });
  });

  it("flags more than 20 points above the base", () => {
    const base = [ended(4), ended(4), ended(4), ended(4), cut(4)];
    const at = (share: number) =>
      generationHealth(
        base.map((_, i) => (i < share * 5 ? cut(8) : ended(8))),
        base,
      );
    expect(at(0.4)).toMatchObject({ flagged: false, againstBase: { lengthRatio: 2 } });
    expect(at(0.4).againstBase?.runaway).toBeCloseTo(0.2, 12);
    expect(at(0.6).flagged).toBe(true);
  });
});
