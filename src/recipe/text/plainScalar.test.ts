import { describe, expect, it } from "vitest";
import { plainScalar } from "./plainScalar";

/** Read by PyYAML's `safe_load`. */
describe("plainScalar", () => {
  it.each([
    ["", null],
    ["~", null],
    ["Null", null],
    ["nULL", "nULL"],
    ["on", true],
    ["No", false],
    ["y", "y"],
    ["n", "n"],
    ["010", 8],
    ["-010", -8],
    ["09", "09"],
    ["0o10", "0o10"],
    ["0x1F", 31],
    ["0b101", 5],
    ["1_000", 1000],
    ["1:30", 90],
    ["190:20:30", 685230],
    ["1:60", "1:60"],
    ["-1:30.5", -90.5],
    ["1e3", "1e3"],
    ["1.0e3", "1.0e3"],
    ["1.5e+3", 1500],
    [".5", 0.5],
    ["-.5", "-.5"],
    ["5.", 5],
    [".", "."],
    ["e5", "e5"],
    ["12e4567", "12e4567"],
    ["-.inf", Number.NEGATIVE_INFINITY],
    [".NaN", Number.NaN],
    ["NaN", "NaN"],
    ["1.2.3", "1.2.3"],
  ])("reads %j as %j", (text, expected) => {
    expect(plainScalar(text)).toBe(expected);
  });
});
