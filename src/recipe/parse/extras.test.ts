import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { own } from "../../base/own";
import { MAX_SEED, writeExtras } from "./extras";
import { parseRecipe } from "./parse";
import type { Extras } from "./recipe";

const RECIPE = "merge_method: linear # c\nmodels: [{model: a}]\n";
const extrasOf = (text: string) => parseRecipe(text).recipe?.extras;
const codes = (text: string) => parseRecipe(text).problems.map(({ code, span }) => `${code} ${span?.line}`);

describe("Awase's own block in a recipe", () => {
  it("is read from one line and from several", () => {
    expect(extrasOf(`${RECIPE}# awase: {seed: 42}\n`)).toEqual({ seed: 42, revisions: {} });
    const lines = `# awase:\n#   seed: 42\n#   revisions:\n#     org/m: 0123456\n#     org/n@v1: 12e4567\n# not ours\n`;
    expect(extrasOf(lines + RECIPE)).toEqual({ seed: 42, revisions: { "org/m": "0123456", "org/n@v1": "12e4567" } });
    expect(extrasOf(RECIPE)).toEqual({ revisions: {} });
    expect(extrasOf(`# awase:\n${RECIPE}`)).toEqual({ revisions: {} });
  });

  it("is a comment to YAML, and no text of a recipe is taken for it", () => {
    const text = `merge_method: linear\nmodels:\n  - model: |-\n      x\n      # awase: {seed: 1}\n`;
    expect(extrasOf(text)).toEqual({ revisions: {} });
  });

  it.each([
    ["{seed: -1}"],
    ["{seed: 4294967296}"],
    ["{seed: 1.5}"],
    ["{seed: [1]}"],
    ["{revisions: {a: [b]}}"],
    ["{revisions: {a: 'x y'}}"],
    ["{revisions: 3}"],
    ["5"],
    ["{seed: 1"],
    [`${"[".repeat(300)}`],
    ["{seed: &a 1, revisions: {x: *a}}"],
  ])("is ignored with a warning when it reads %s", (content) => {
    const text = `${RECIPE}# awase: ${content}\n`;
    expect(codes(text)).toEqual(["recipe/extras 3"]);
    expect(extrasOf(text)).toEqual({ revisions: {} });
  });

  it("pins a model whatever it is called", () => {
    const names = ["__proto__", "constructor", "toString"];
    const revisions = Object.fromEntries(names.map((name) => [name, "abcdef0"]));
    const found = extrasOf(writeExtras(RECIPE, { revisions }))?.revisions ?? {};
    expect(Object.entries(found)).toEqual(Object.entries(revisions));
    expect(own(extrasOf(RECIPE)?.revisions ?? {}, "constructor")).toBeUndefined();
  });

  it("counts once", () => {
    const text = `# awase: {seed: 1}\n${RECIPE}# awase: {seed: 2}\n`;
    expect(codes(text)).toEqual(["recipe/extras-twice 4"]);
    expect(extrasOf(text)?.seed).toBe(1);
  });

  it("is written at the end, replaced in place, and removed", () => {
    const written = writeExtras(RECIPE, { seed: 5, revisions: { "org/m": "0123456" } });
    expect(written).toBe(`${RECIPE}# awase:\n#   seed: 5\n#   revisions:\n#     org/m: "0123456"\n`);
    const above = `# awase: {seed: 1}\n${RECIPE}`;
    expect(writeExtras(above, { seed: 2, revisions: {} })).toBe(`# awase:\n#   seed: 2\n${RECIPE}`);
    expect(writeExtras(written, { revisions: {} })).toBe(RECIPE);
    expect(writeExtras(RECIPE, { revisions: {} })).toBe(RECIPE);
    expect(writeExtras("a: 1", { seed: 0, revisions: {} })).toBe("a: 1\n# awase:\n#   seed: 0\n");
  });

  it("comes back as it was written", () => {
    const extras: fc.Arbitrary<Extras> = fc.record(
      {
        seed: fc.integer({ min: 0, max: MAX_SEED }),
        revisions: fc.dictionary(fc.string({ minLength: 1, maxLength: 40 }), fc.stringMatching(/^[\w./-]{1,40}$/)),
      },
      { requiredKeys: ["revisions"] },
    );
    fc.assert(
      fc.property(extras, (value) => {
        expect(extrasOf(writeExtras(RECIPE, value))).toEqual(value);
      }),
    );
  });
});
