import { expect, it } from "vitest";
import { inWords } from "./inWords";

it("a value that says itself what its text is has no say", () => {
  const hostile: unknown = JSON.parse('{"toString": 1, "valueOf": null, "toJSON": 2, "__proto__": {}}');
  expect(() => String(hostile)).toThrow(TypeError);
  expect(inWords(hostile)).toContain('"toString":1');
  expect(inWords([hostile, null])).toContain(",null]");
});

it("plain values are themselves", () => {
  expect([0.5, "a b", true, null, undefined].map(inWords)).toEqual(["0.5", "a b", "true", "null", "undefined"]);
});

it("what nests deeper than calls can go is told by its kind", () => {
  expect(inWords(JSON.parse("[".repeat(50_000) + "]".repeat(50_000)))).toBe("a list");
});
