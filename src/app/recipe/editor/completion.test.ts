import { describe, expect, it } from "vitest";
import type { FormMethod } from "../../../state/engine";
import { suggestionsAt } from "./completion";

const method = (id: string, globals: string[], perModel: string[]): FormMethod => ({
  id,
  label: id.toUpperCase(),
  base: "optional",
  inputs: { min: 1, max: 9 },
  others: { min: 1, max: 9 },
  whenShort: "error",
  globals: Object.fromEntries(globals.map((name) => [name, { kind: "number" }])),
  perModel: Object.fromEntries(perModel.map((name) => [name, { kind: "number" }])),
  unlikeEmbeddings: "error",
  skipsUnlikeShapes: false,
});
const vocabulary = {
  methods: [method("slerp", ["t"], []), method("ties", ["normalize", "lambda"], ["weight", "density"])],
  models: ["llama-base", "org/model"],
};
const labels = (before: string) => suggestionsAt(before, vocabulary)?.options.map(({ label }) => label);

describe("completion", () => {
  it("offers the document's keys at the left edge", () => {
    expect(labels("merge_method: slerp\nba")).toContain("base_model");
  });

  it("offers methods, models and types as values", () => {
    expect(labels("merge_method: ")).toEqual(["slerp", "ties"]);
    expect(labels("models:\n  - model: org/m")).toEqual(vocabulary.models);
    expect(labels("dtype: fl")).toContain("float32");
  });

  it("says how much of a word is there already", () => {
    expect(suggestionsAt("models:\n- model: org/m", vocabulary)?.typed).toBe("org/m".length);
  });

  it.each([
    ["models:\n  - mo", ["model", "parameters"]],
    ["models:\n- model: a\n  par", ["model", "parameters"]],
    ["slices:\n- sources:\n  - ", ["model", "layer_range", "parameters"]],
    ["modules:\n  default:\n    ", ["models", "slices", "parameters"]],
    ["modules:\n  default:\n    models:\n      - ", ["model", "parameters"]],
    ["slices:\n- sources:\n  - model: a\n  par", ["sources", "parameters", "base_model"]],
  ])("offers the keys of the block in %j", (before, keys) => {
    expect(labels(before)).toEqual(keys);
  });

  it("offers a method's parameters where they count", () => {
    const head = "merge_method: ties\n";
    expect(labels(`${head}parameters:\n  `)).toEqual(["weight", "density", "normalize", "lambda"]);
    expect(labels(`${head}models:\n  - model: a\n    parameters:\n      `)).toEqual(["weight", "density"]);
  });

  it("keeps quiet inside a number or a comment", () => {
    expect(labels("weight: 0.5")).toBeUndefined();
    expect(labels("# dtype and so on")).toBeUndefined();
  });
});
