import { describe, expect, it } from "vitest";
import { toyCheckpoint } from "../../model/checkpoint.testing";
import { withStrengths } from "../strength/strength";
import { testMethods } from "./methods.testing";
import { a, b, base, LINEAR, places, planOf, problem, scales, stack, TIES, tensorOf } from "./plan.testing";
import { structure } from "./structure";

const CONFIG = {
  architectures: ["VlmForConditionalGeneration"],
  vision_config: { num_hidden_layers: 1 },
  text_config: { num_hidden_layers: 3 },
};

/** Nobody described its architecture: its modules are called as their layers are. */
const vlm = (key: string) =>
  toyCheckpoint(key, CONFIG, {
    "projector.weight": [4, 2],
    "vision.layers.0.w": [2, 2],
    "text.layers.0.w": [4, 4],
    "text.layers.1.w": [4, 4],
    "text.layers.2.w": [4, 4],
  });

/** The body of a recipe under the module that every language model has. */
const inDefault = (body: string) => `modules:\n  default:\n${body.replace(/^(?=.)/gm, "    ")}`;

describe("modules:", () => {
  it("of an ordinary language model say what models and slices say without them", () => {
    for (const recipe of [LINEAR, TIES]) {
      const [head, models] = recipe.split(/(?=^models:)/m);
      const found = planOf(`${head}${inDefault(models ?? "")}`);
      expect(found.tensors).toEqual(planOf(recipe).tensors);
      expect(found.config).toEqual(planOf(recipe).config);
    }
    const stacked = stack("{model: a, layer_range: [0, 3]}", "{model: b, layer_range: [1, 4]}");
    const [head, slices] = stacked.split(/(?=^slices:)/m);
    const found = planOf(`${head}${inDefault(slices ?? "")}`);
    expect(found.tensors).toEqual(planOf(stacked).tensors);
    expect(found.config).toMatchObject({ num_hidden_layers: 6 });
  });

  it("have parameters between those of the slice and those of the recipe", () => {
    const plan = planOf(`merge_method: passthrough
modules:
  default:
    parameters: {scale: [{filter: embed, value: 30}]}
    slices:
      - parameters: {scale: [{filter: mlp, value: 20}]}
        sources:
          - {model: a, layer_range: [0, 4], parameters: {scale: [{filter: layers.0.mlp, value: 10}]}}
parameters: {scale: 40}
`);
    expect(scales(plan)).toEqual([10, 20, 20, 20]);
    expect(scales(plan, "embed_tokens.weight")).toEqual([30]);
    expect(scales(plan, "lm_head.weight")).toEqual([40]);
    expect(scales(plan, "input_layernorm.weight")).toEqual([40, 40, 40, 40]);
  });

  it("get the base among their whole models", () => {
    const recipe = `merge_method: linear\nbase_model: base\n${inDefault("models: [{model: a}, {model: b}]")}\nparameters: {weight: 1}\n`;
    expect(tensorOf(planOf(recipe), "model.norm.weight")?.inputs.map(({ model }) => model)).toEqual(["a", "b", "base"]);
  });

  it("that an architecture does not have are named, and so are those that it has", () => {
    const recipe = `merge_method: linear\nmodules:\n  text_decoder:\n    models: [{model: a, parameters: {weight: 1}}]\n`;
    expect(places(recipe)).toContain("plan/unknown-module 3:3");
    const found = problem("plan/unknown-module", recipe);
    expect(found?.message).toContain("Its modules: default.");
    expect(found?.fix).toMatchObject({ insert: "default" });
  });

  it("are cut layer by layer each for itself", () => {
    const recipe = `merge_method: passthrough
modules:
  default: {models: [{model: a}]}
  vision.layers: {models: [{model: a}]}
  text.layers:
    slices:
      - sources: [{model: a, layer_range: [0, 3]}]
      - sources: [{model: a, layer_range: [1, 2]}]
`;
    const plan = planOf(recipe, [vlm("a")]);
    expect(plan.tensors.map(({ name }) => name).filter((name) => name.startsWith("text"))).toEqual([
      "text.layers.0.w",
      "text.layers.1.w",
      "text.layers.3.w",
      "text.layers.2.w",
    ]);
    expect(problem("plan/depth-unknown", recipe, [vlm("a")])?.facts).toMatchObject({ found: 3, expected: 4 });
  });

  it("that the recipe does not name are copied, not lost as in mergekit, and how much that is stands there", () => {
    const recipe = `merge_method: linear
modules:
  text.layers:
    models:
      - {model: a, parameters: {weight: 1}}
      - {model: b, parameters: {weight: 3}}
`;
    const plan = planOf(recipe, [vlm("a"), vlm("b")]);
    expect(plan.tensors.map(({ name, action }) => [name, action])).toEqual([
      ["projector.weight", "copy"],
      ["text.layers.0.w", "merge"],
      ["text.layers.1.w", "merge"],
      ["text.layers.2.w", "merge"],
      ["vision.layers.0.w", "copy"],
    ]);
    expect(problem("plan/module-carried", recipe, [vlm("a"), vlm("b")])).toMatchObject({
      severity: "warning",
      facts: { module: "default", model: "a", bytes: 32, tensor: "projector.weight", tensors: 1 },
    });
  });

  it("are weakened where their parameters stand", () => {
    const method = {
      joining: { weight: 0 },
      weaken: ({
        globals,
        inputs,
      }: Parameters<NonNullable<(typeof testMethods)[number]["strength"]>["weaken"]>[0]) => ({
        globals,
        inputs: inputs.map(({ isBase }) => ({ isBase, parameters: { weight: isBase ? 0.75 : 0.25 } })),
      }),
    };
    const methods = testMethods.map((facts) => (facts.id === "linear" ? { ...facts, strength: method } : facts));
    const models = new Map([a, b, base].map((model) => [model.key, model]));
    const recipe = `merge_method: linear\nbase_model: base\n${inDefault("models: [{model: a, parameters: {weight: 1}}]")}\n`;
    const { recipe: written } = withStrengths(recipe, () => 0.25, {
      structure: (text) => structure(text, models, methods),
      base: "base",
    });
    const inputs = tensorOf(planOf(written ?? ""), "model.norm.weight")?.inputs;
    expect(inputs?.map(({ model, parameters }) => [model, parameters.weight])).toEqual([
      ["a", 0.25],
      ["base", 0.75],
    ]);
  });
});
