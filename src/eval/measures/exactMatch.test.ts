import { describe, expect, it } from "vitest";
import { matches, numberIn } from "./exactMatch";

describe("matches, by line", () => {
  it.each([
    [" 4個です。", "4個です。", true],
    ["\n 8 + 5 = 13 \n9 + 4 = 13", "8 + 5 = 13", true],
    ["8 + 5 = 13 tickets", "8 + 5 = 13", false],
    ["", "8", false],
    ["8 + 5\r\n= 13", "8 + 5", true],
  ])("%j against %j", (generated, expected, verdict) => {
    expect(matches(generated, expected, { kind: "line" })).toBe(verdict);
  });
});

describe("matches, by number", () => {
  it("compares values, not spellings", () => {
    expect(matches("So she has 1,200.0 yen.", "1200", { kind: "number" })).toBe(true);
    expect(matches("So she has 1,201 yen.", "1200", { kind: "number" })).toBe(false);
    expect(matches("I do not know.", "1200", { kind: "number" })).toBe(false);
  });

  it("reads after a marker, in a reference answer too where it has one", () => {
    const match = { kind: "number", marker: "####" } as const;
    expect(matches("5 + 3 = 8 #### 8 apples, 2 of them red", "5 + 3\n#### 8", match)).toBe(true);
    expect(matches("#### 8", "8", match)).toBe(true);
    expect(matches("The answer is 8.", "#### 8", match)).toBe(false);
  });
});

describe("numberIn", () => {
  it.each([
    ["18 - 6 = 12.", 12],
    ["it is -3.50", -3.5],
    ["7-12", 12],
    ["about .5", 0.5],
    ["$1,234,567", 1234567],
    ["1, 2, 345", 345],
    ["１２，０００円", 12000],
    ["答えは−４です。", -4],
    ["+7", 7],
    ["none", undefined],
    ["", undefined],
  ])("%j", (text, value) => expect(numberIn(text)).toBe(value));

  it("takes the first number after the last marker", () => {
    expect(numberIn("#### 1 #### 2, not 3", "####")).toBe(2);
    expect(numberIn("答え：５個のうち３個", "答え:")).toBe(5);
    expect(numberIn("1 2 3", "####")).toBeUndefined();
  });
});
