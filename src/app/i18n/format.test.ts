import { describe, expect, it } from "vitest";
import { formatsOf } from "./format";

const en = formatsOf("en");
const ja = formatsOf("ja");

describe("formats", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [3_007_696, "3.01 MB"],
    [14_483_464_192, "14.5 GB"],
    [2e18, "2,000 PB"],
  ])("writes %d bytes as %s", (bytes, text) => {
    expect(en.bytes(bytes)).toBe(text);
    expect(ja.bytes(bytes)).toBe(text);
  });

  it("writes limits in powers of 1024", () => {
    expect(en.memory(128 * 2 ** 20)).toBe("128 MiB");
    expect(en.memory(2 ** 31)).toBe("2 GiB");
  });

  it.each([
    [2.424443158306402, "2.4244"],
    [0.020525634521, "0.020526"],
    [992_000, "992,000"],
    [1.5e9, "1.5E9"],
    [0.0000123, "1.23E-5"],
    [0, "0"],
  ])("writes the measured value %d as %s", (value, text) => {
    expect(en.measure(value)).toBe(text);
  });

  it("speaks of parameters alike in both languages", () => {
    expect([1_503_744, 7_241_732_096].map(en.parameters)).toEqual(["1.5M", "7.24B"]);
    expect(ja.parameters(7_241_732_096)).toBe("7.24B");
  });

  it.each([
    [0.42, "0.4 sec", "0.4 秒"],
    [42, "42 sec", "42 秒"],
    [200, "3 min 20 sec", "3 分 20 秒"],
    [7500, "2 hr 5 min", "2 時間 5 分"],
  ])("writes %d seconds", (seconds, english, japanese) => {
    expect(en.duration(seconds)).toBe(english);
    expect(ja.duration(seconds)).toBe(japanese);
  });

  it("leaves a date it cannot read as it is", () => {
    expect(en.date("soon")).toBe("soon");
  });
});
