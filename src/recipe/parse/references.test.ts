import { describe, expect, it } from "vitest";
import { nearest } from "../text/nearest";
import { parseRecipe } from "./parse";
import { hubIdOf, modelReferences, splitReference } from "./references";

describe("model references", () => {
  it.each([
    ["org/m", { ok: true, path: "org/m" }],
    ["org/m@rev", { ok: true, path: "org/m", revision: "rev" }],
    ["org/m+org/lora", { ok: true, path: "org/m", adapter: { path: "org/lora" } }],
    ["org/m@r+org/lora@s", { ok: true, path: "org/m", revision: "r", adapter: { path: "org/lora", revision: "s" } }],
    [" a + b ", { ok: true, path: "a", adapter: { path: "b" } }],
    ["a+b+c", { ok: false, reason: "adapters" }],
    ["a+", { ok: false, reason: "empty" }],
    ["a@b@c", { ok: false, reason: "revisions" }],
    ["", { ok: false, reason: "empty" }],
    ["@rev", { ok: false, reason: "empty" }],
    ["a@", { ok: false, reason: "empty" }],
  ])("%j", (text, expected) => {
    expect(splitReference(text)).toEqual(expected);
  });

  it.each([
    ["gpt2", "gpt2"],
    ["org/name-1.5_b", "org/name-1.5_b"],
    ["./dir", undefined],
    ["/abs/dir", undefined],
    ["a/b/c", undefined],
    ["a/..", undefined],
    ["a--b/c", undefined],
    ["a b", undefined],
    ["C:\\models", undefined],
  ])("%s could be the Hub id %s", (path, id) => {
    expect(hubIdOf(path)).toBe(id);
  });

  it("are listed once, the base first, then as they stand in the text", () => {
    const { recipe } = parseRecipe(`merge_method: slerp
slices:
  - sources: [{model: c, layer_range: [0, 1]}, {model: a, layer_range: [0, 1]}]
    base_model: d
  - sources: [{model: c@v1, layer_range: [0, 1]}, {model: base, layer_range: [0, 1]}]
base_model: base
`);
    expect(recipe && modelReferences(recipe).map(({ key }) => key)).toEqual(["base", "c", "a", "d", "c@v1"]);
  });
});

describe("nearest", () => {
  it.each([
    ["base-model", "base_model"],
    ["Weight", "weight"],
    ["densty", "density"],
    ["xyzzy", undefined],
    ["", undefined],
  ])("%j means %j", (word, expected) => {
    expect(nearest(word, ["base_model", "weight", "density", "parameters"])).toBe(expected);
  });
});
