import fc from "fast-check";
import { expect, it } from "vitest";
import { textChange } from "./textChange";

it("turns any text into any other, touching only what differs", () => {
  const texts = fc.string({ unit: fc.constantFrom("a", "b", "\n"), maxLength: 30 });
  fc.assert(
    fc.property(texts, texts, (before, after) => {
      const { from, to, insert } = textChange(before, after) ?? { from: 0, to: 0, insert: "" };
      expect(before.slice(0, from) + insert + before.slice(to)).toBe(after);
    }),
  );
  expect(textChange("weight: 0.5 # ja", "weight: 0.75 # ja")).toEqual({ from: 10, to: 10, insert: "7" });
});
