import { describe, expect, it } from "vitest";
import type { Setting, SettingItem, Settings } from "../parse/recipe";
import { gradientPosition, type Levels, resolveGlobal, resolvePerModel, valueAt } from "./resolve";

const span = { line: 1, column: 1, from: 0, to: 0 };
const item = (value: SettingItem["value"], filter?: string): SettingItem => ({
  value,
  span,
  ...(filter === undefined ? {} : { filter }),
});
const settings = (entries: Record<string, readonly SettingItem[]>): Settings =>
  new Map(Object.entries(entries).map(([name, items]): [string, Setting] => [name, { items, keySpan: span, span }]));
const none = settings({});
const at = (tensor: string, t = 0) => ({ tensor, t });

describe("gradients", () => {
  it("spread over the layers of a slice", () => {
    const values = [0, 1, 2, 3].map((layer) => valueAt([1, 2, 4], gradientPosition(layer, 4)));
    expect(values).toEqual([1, 1 + 2 / 3, 2 + 2 / 3, 4].map((value) => expect.closeTo(value, 12)));
  });

  it("begin anew in every slice, and give a slice of one layer their end", () => {
    expect(valueAt([1, 9], gradientPosition(0, 1))).toBe(9);
    expect([0, 1, 2].map((layer) => valueAt([1, 9], gradientPosition(layer, 3)))).toEqual([1, 5, 9]);
  });

  it("of one number are that number", () => {
    expect(valueAt([7], 1)).toBe(7);
    expect(valueAt([7], 0.3)).toBe(7);
  });
});

describe("precedence", () => {
  const levels: Levels = {
    sources: [
      { identity: "a", parameters: settings({ scale: [item(10, "layers.0.mlp")] }) },
      { identity: "a", parameters: settings({ scale: [item(11, "layers.1.mlp"), item(99, "layers.0.mlp")] }) },
    ],
    slice: settings({ scale: [item(20, "mlp")] }),
    module: settings({ scale: [item(30, "embed")] }),
    recipe: settings({ scale: [item(40)] }),
  };
  const scale = (tensor: string) => resolvePerModel(levels, "a", "scale", at(tensor))?.value;

  it("falls through every level whose filters miss", () => {
    expect(scale("model.layers.0.mlp.up_proj.weight")).toBe(10);
    expect(scale("model.layers.1.mlp.up_proj.weight")).toBe(11);
    expect(scale("model.layers.2.mlp.up_proj.weight")).toBe(20);
    expect(scale("model.embed_tokens.weight")).toBe(30);
    expect(scale("lm_head.weight")).toBe(40);
  });

  it("asks only the model's own entries", () => {
    expect(resolvePerModel(levels, "b", "scale", at("model.layers.0.mlp.w"))?.value).toBe(20);
  });

  it("does not see models' entries for global parameters", () => {
    const only: Levels = {
      sources: [{ identity: "a", parameters: settings({ t: [item(1)] }) }],
      slice: none,
      module: none,
      recipe: none,
    };
    expect(resolveGlobal(only, "t", at("x"))).toBeUndefined();
    expect(resolvePerModel(only, "a", "t", at("x"))?.value).toBe(1);
  });
});

describe("filters", () => {
  const value = (filter: string, tensor: string) =>
    resolveGlobal(
      { sources: [], slice: none, module: none, recipe: settings({ t: [item(1, filter)] }) },
      "t",
      at(tensor),
    )?.value;

  it.each([
    ["*", "anything", 1],
    ["", "anything", 1],
    ["norm", "model.layers.0.input_layernorm.weight", 1],
    ["layers.1", "model.layers.11.mlp", 1],
    ["layers.1.", "model.layers.11.mlp", undefined],
    ["MLP", "model.layers.1.mlp", undefined],
    ["m.*p", "model.layers.1.mlp", undefined],
  ])("%j on %s gives %s", (filter, tensor, expected) => {
    expect(value(filter, tensor)).toBe(expected);
  });
});
