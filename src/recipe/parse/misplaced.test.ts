import { describe, expect, it } from "vitest";
import { parseRecipe } from "./parse";

/** Presses the first fix until there is none. */
function mended(text: string): string {
  const fix = parseRecipe(text).problems.find(({ code }) => code === "recipe/misplaced-key")?.fix;
  return fix ? mended(text.slice(0, fix.from) + fix.insert + text.slice(fix.to)) : text;
}

const misplaced = (text: string) => parseRecipe(text).problems.filter(({ code }) => code === "recipe/misplaced-key");

describe("I wrote it in the wrong place: move it", () => {
  it.each<[string, string, string, string]>([
    [
      "weight beside model",
      "merge_method: linear\nmodels:\n  - model: a # mine\n    weight: 0.5\n  - model: b\n    weight: [0.1, 0.2]\n",
      "merge_method: linear\nmodels:\n  - model: a # mine\n    parameters:\n      weight: 0.5\n  - model: b\n    parameters:\n      weight: [0.1, 0.2]\n",
      "`parameters:` of entry 1 of `models:`",
    ],
    [
      "density beside parameters",
      "merge_method: ties\nmodels:\n  - model: a\n    parameters:\n      weight: 1\n    density: 0.3\n",
      "merge_method: ties\nmodels:\n  - model: a\n    parameters:\n      weight: 1\n      density: 0.3\n",
      "`parameters:` of entry 1 of `models:`",
    ],
    [
      "dtype under parameters",
      "merge_method: linear\nmodels: [{model: a}]\nparameters:\n  normalize: true\n  dtype: bfloat16\n",
      "merge_method: linear\nmodels: [{model: a}]\nparameters:\n  normalize: true\ndtype: bfloat16\n",
      "the top level",
    ],
    [
      "base_model under parameters",
      "merge_method: ties\nmodels: [{model: a}]\nparameters: {base_model: b}\n",
      "merge_method: ties\nmodels: [{model: a}]\nbase_model: b\n",
      "the top level",
    ],
    [
      "t at the top level",
      "merge_method: slerp\nt: 0.5\nmodels: [{model: a}, {model: b}]\n",
      "merge_method: slerp\nmodels: [{model: a}, {model: b}]\nparameters:\n  t: 0.5\n",
      "the top-level `parameters:`",
    ],
    [
      "parameters behind a dash of its own",
      "merge_method: linear\nmodels:\n  - model: a\n  - parameters:\n      weight: 0.5\n",
      "merge_method: linear\nmodels:\n  - model: a\n    parameters:\n      weight: 0.5\n",
      "entry 1 of `models:`",
    ],
    [
      "weight behind a dash of its own",
      "merge_method: linear\nmodels:\n  - model: a\n  - weight: 0.5\n",
      "merge_method: linear\nmodels:\n  - model: a\n    parameters:\n      weight: 0.5\n",
      "`parameters:` of entry 1 of `models:`",
    ],
    [
      "a layer range behind a dash of its own",
      "merge_method: passthrough\nslices:\n  - sources:\n      - model: a\n      - layer_range: [0, 2]\n",
      "merge_method: passthrough\nslices:\n  - sources:\n      - model: a\n        layer_range: [0, 2]\n",
      "entry 1 of `sources:`",
    ],
    [
      "a weight beside a layer range",
      "merge_method: linear\nslices:\n  - sources:\n      - {model: a, layer_range: [0, 2], weight: 1}\n",
      "merge_method: linear\nslices:\n  - sources:\n      - {model: a, layer_range: [0, 2], parameters: {weight: 1}}\n",
      "`parameters:` of entry 1 of `sources:`",
    ],
    [
      "t beside sources",
      "merge_method: slerp\nslices:\n  - sources:\n      - {model: a, layer_range: [0, 2]}\n    t: 0.5\n",
      "merge_method: slerp\nslices:\n  - sources:\n      - {model: a, layer_range: [0, 2]}\n    parameters:\n      t: 0.5\n",
      "`parameters:` of entry 1 of `slices:`",
    ],
    [
      "a layer range under parameters",
      "merge_method: passthrough\nslices:\n  - sources:\n      - model: a\n        parameters: {layer_range: [0, 2]}\n",
      "merge_method: passthrough\nslices:\n  - sources:\n      - model: a\n        layer_range: [0, 2]\n",
      "entry 1 of `sources:`",
    ],
  ])("%s", (_, text, right, place) => {
    const [problem] = misplaced(text);
    expect(problem).toMatchObject({ severity: "error", message: expect.stringContaining(`Move it to ${place}.`) });
    expect(problem?.fix?.label).toContain("Move");
    expect(mended(text)).toBe(right);
    expect(misplaced(right)).toEqual([]);
  });

  it.each([
    ["where something stands already", "merge_method: ties\ndtype: float32\nmodels: [{model: a, dtype: float16}]\n"],
    ["where a mark is in the way", "merge_method: ties\nmodels: [{model: a, weight: &w 0.5}]\n"],
    ["where only its author knows where to", "merge_method: ties\nmodels: [{model: a, layer_range: [0, 2]}]\n"],
  ])("but not by itself %s", (_, text) => {
    const [problem] = misplaced(text);
    expect(problem?.message).toMatch(/Move it to/);
    expect(problem?.fix).toBeUndefined();
  });

  it("does not take an entry for a part of one that says the same", () => {
    expect(
      misplaced("merge_method: ties\nmodels:\n  - {model: a, parameters: {weight: 1}}\n  - parameters: {weight: 1}\n"),
    ).toEqual([]);
  });

  it("in a recipe of thousands of them is told in time", () => {
    const text = `merge_method: ties\nmodels:\n${"  - {model: a, weight: 1}\n".repeat(8000)}`;
    const start = performance.now();
    expect(misplaced(text)).toHaveLength(20);
    expect(performance.now() - start).toBeLessThan(10_000);
  });
});
