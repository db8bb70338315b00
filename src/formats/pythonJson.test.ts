import { expect, it } from "vitest";
import { parsePythonJson } from "./pythonJson";

it("reads a config.json with Infinity and NaN as Python wrote it", () => {
  const text = '{"time_step_limit": [0.0, Infinity], "a": -Infinity, "b": NaN, "c": {"NaN": "Infinity \\" NaN"}}';
  expect(parsePythonJson(text)).toEqual({
    time_step_limit: [0, Number.POSITIVE_INFINITY],
    a: Number.NEGATIVE_INFINITY,
    b: Number.NaN,
    c: { NaN: 'Infinity " NaN' },
  });
});

it("reads what begins with a byte order mark", () => {
  expect(parsePythonJson('\ufeff{"a": 1}')).toEqual({ a: 1 });
});

it.each(["", "{", "[Infinit]", "[-NaN]", "[+Infinity]", "[Infinity1]", "{Infinity: 1}", "nan"])(
  "refuses %j",
  (text) => {
    expect(() => parsePythonJson(text)).toThrow(SyntaxError);
  },
);

it("reads a string of many millions of letters beside a NaN", () => {
  const long = "x".repeat(20_000_000);
  expect(parsePythonJson(`{"a": "${long}", "b": NaN}`)).toEqual({ a: long, b: Number.NaN });
});

it("does not look through the rest of a text at each of its quotes", () => {
  expect(() => parsePythonJson(`[NaN${'"\\'.repeat(500_000)}`)).toThrow(SyntaxError); // hours, once
});
