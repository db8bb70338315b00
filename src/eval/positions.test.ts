import { describe, expect, it } from "vitest";
import { parsePositionRule, positionsOf } from "./positions";

describe("positionsOf", () => {
  it.each([
    ["all", 4, [0, 1, 2, 3]],
    ["last", 4, [3]],
    ["tail:8", 20, [12, 13, 14, 15, 16, 17, 18, 19]],
    ["tail:8", 3, [0, 1, 2]],
    ["tail:1", 4, [3]],
    ["stride:4", 10, [1, 5, 9]],
    ["stride:1", 3, [0, 1, 2]],
    ["stride:9", 3, [2]],
    ["all", 0, []],
  ] as const)("%s of %i tokens", (rule, length, expected) => {
    expect(positionsOf(rule, length)).toEqual(expected);
  });
});

describe("parsePositionRule", () => {
  it("reads the grammar", () => {
    expect([" all", "last", "tail:8", "stride:16 "].map(parsePositionRule)).toEqual([
      "all",
      "last",
      "tail:8",
      "stride:16",
    ]);
  });

  it.each(["", "first", "tail", "tail:0", "tail:-1", "stride:1.5", "tail:8:1", "all:2"])("refuses %j", (text) => {
    expect(() => parsePositionRule(text)).toThrow(expect.objectContaining({ code: "eval/positions" }));
  });
});
