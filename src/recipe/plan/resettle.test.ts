import { describe, expect, it } from "vitest";
import type { Path } from "../text/edit/editText";
import { setIn } from "../text/edit/editText";
import { bind } from "./bind";
import { testMethods } from "./methods.testing";
import { a, b, base } from "./plan.testing";
import { isSettingNumber, resettled } from "./resettle";
import { structure } from "./structure";

const MODELS = new Map([a, b, base].map((model) => [model.key, model]));

function laidOut(text: string) {
  const { structure: found, problems } = structure(text, MODELS, testMethods);
  if (!found) throw new Error(problems.map(({ message }) => message).join("\n"));
  return found;
}

const parametersOf = (found: ReturnType<typeof laidOut>) =>
  bind(found, { budgetBytes: 2 ** 26 }).tensors.map(({ name, parameters, inputs }) => ({ name, parameters, inputs }));

const TIES = `merge_method: ties
base_model: base
models:
  - {model: a, parameters: {weight: [0.1, 0.9, 0.4], density: 0.5}}
  - model: b
    parameters:
      weight:
        - {filter: mlp, value: [0.2, 0.3]}
        - {filter: self_attn, value: 0.7}
        - {value: 0.5}
parameters: {density: 0.8, lambda: 1.2}
`;
const SLICES = `merge_method: slerp
base_model: a
slices:
  - sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 2]}]
    parameters: {t: {filter: mlp, value: [0.1, 0.9]}}
  - sources: [{model: a, layer_range: [2, 4]}, {model: b, layer_range: [2, 4]}]
parameters: {t: 0.5}
`;

describe("a structure with other numbers", () => {
  it.each<[string, string, Path]>([
    ["a point of a gradient", TIES, ["models", 0, "parameters", "weight", 1]],
    ["a number of one model", TIES, ["models", 0, "parameters", "density"]],
    ["a point of a gradient under a filter", TIES, ["models", 1, "parameters", "weight", 0, "value", 1]],
    ["a number under a filter", TIES, ["models", 1, "parameters", "weight", 1, "value"]],
    ["the number for all else", TIES, ["models", 1, "parameters", "weight", 2, "value"]],
    ["a number of all models", TIES, ["parameters", "density"]],
    ["a number of the whole tensor", TIES, ["parameters", "lambda"]],
    ["a bare filter of a slice", SLICES, ["slices", 0, "parameters", "t", "value", 1]],
    ["what slices fall back to", SLICES, ["parameters", "t"]],
  ])("is that of the text: %s", (_, text, path) => {
    const found = laidOut(text);
    const { structure: settled } = resettled(found, [{ path, value: 0.123456789 }]);
    expect(isSettingNumber(found.context.recipe, path)).toBe(true);
    expect(settled && parametersOf(settled)).toEqual(parametersOf(laidOut(setIn(text, path, 0.123456789))));
    expect(settled && parametersOf(settled)).not.toEqual(parametersOf(found));
  });

  it("is that of the text with several", () => {
    const numbers = [
      { path: ["models", 0, "parameters", "weight", 0], value: 0.6 },
      { path: ["models", 0, "parameters", "weight", 2], value: 0.7 },
      { path: ["parameters", "lambda"], value: 0.8 },
    ];
    const text = numbers.reduce((made, { path, value }) => setIn(made, path, value), TIES);
    const { structure: settled } = resettled(laidOut(TIES), numbers);
    expect(settled && parametersOf(settled)).toEqual(parametersOf(laidOut(text)));
  });

  it("says which number a method cannot take", () => {
    const { structure: settled, problems } = resettled(laidOut(TIES), [
      { path: ["models", 0, "parameters", "density"], value: -3 },
    ]);
    const said = structure(setIn(TIES, ["models", 0, "parameters", "density"], -3), MODELS, testMethods);
    expect(settled === undefined).toBe(said.structure === undefined);
    expect(problems.filter(({ severity }) => severity === "error").map(({ code }) => code)).toEqual(
      said.problems.filter(({ severity }) => severity === "error").map(({ code }) => code),
    );
  });

  it.each<[Path]>([
    [["merge_method"]],
    [["models", 0, "model"]],
    [["models", 5, "parameters", "weight"]],
    [["models", 0, "parameters", "weight", 7]],
    [["dtype"]],
  ])("knows that %j leads to no number of a setting", (path) => {
    expect(isSettingNumber(laidOut(TIES).context.recipe, path)).toBe(false);
  });
});
