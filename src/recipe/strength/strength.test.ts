import { describe, expect, it } from "vitest";
import { type ToyLlama, toyLlama } from "../../model/checkpoint.testing";
import { testMethods } from "../plan/methods.testing";
import { planMerge } from "../plan/planMerge";
import { structure } from "../plan/structure";
import { withStrengths } from "./strength";

/** As a method scales one of its parameters. */
const scaled = (name: string, otherwise: number) => ({
  weaken: (
    { globals, inputs }: Parameters<NonNullable<(typeof testMethods)[number]["strength"]>["weaken"]>[0],
    s: number,
  ) => ({
    globals: { ...globals, [name]: s * Number(globals[name] ?? otherwise) },
    inputs,
  }),
});

const STRENGTHS = {
  slerp: scaled("t", 0),
  task_arithmetic: scaled("lambda", 1),
  linear: {
    joining: { weight: 0 },
    weaken: ({ globals, inputs }: Parameters<ReturnType<typeof scaled>["weaken"]>[0], s: number) =>
      inputs.some(({ isBase }) => isBase)
        ? {
            globals,
            inputs: inputs.map(({ isBase, parameters }) => ({
              isBase,
              parameters: { ...parameters, weight: s * Number(parameters.weight) + (isBase ? 1 - s : 0) },
            })),
          }
        : undefined,
  },
};

const methods = testMethods.map((facts) => ({
  ...facts,
  ...(facts.id in STRENGTHS ? { strength: STRENGTHS[facts.id as keyof typeof STRENGTHS] } : {}),
}));

function modelsOf(toy: ToyLlama = {}) {
  return new Map(["base", "poet", "coder"].map((key) => [key, toyLlama(key, toy)]));
}

function weaken(text: string, strengthOf: (tensor: string) => number, toy?: ToyLlama, base?: string) {
  return withStrengths(text, strengthOf, {
    structure: (recipe) => structure(recipe, modelsOf(toy), methods),
    base,
  });
}

const upTo = (layer: number) => (name: string) => (Number(/layers\.(\d+)/.exec(name)?.[1] ?? 99) < layer ? 0 : 1);

const TASK = `# My merge, with love
merge_method: task_arithmetic   # the plain one
base_model: base
models:
  - model: poet       # rhymes
    parameters: {weight: 0.5}
dtype: float32
`;

describe("withStrengths", () => {
  it("leaves a recipe alone that nothing is taken from", () => {
    expect(weaken(TASK, () => 1)).toEqual({ recipe: TASK, problems: [] });
  });

  it("sets one number where all tensors go back alike", () => {
    expect(weaken(TASK, () => 0.5).recipe).toBe(`${TASK}parameters:\n  lambda: 0.5\n`);
  });

  it("writes one number per layer, and a line for each tensor outside of layers that would read the first", () => {
    expect(weaken(TASK, upTo(2)).recipe).toBe(`${TASK}parameters:
  lambda:
    - filter: model.embed_tokens.weight
      value: 1
    - filter: model.norm.weight
      value: 1
    - filter: lm_head.weight
      value: 1
    - value: [0, 0, 1, 1]
`);
    expect(weaken(TASK, (name) => (name.includes("layers.3.") ? 0.25 : 1)).recipe).toBe(
      `${TASK}parameters:\n  lambda: [1, 1, 1, 0.25]\n`,
    );
  });

  it("keeps gradients, filters, comments and what else the text says", () => {
    const slerp = `merge_method: slerp
base_model: base
models: [{model: base}, {model: poet}]
parameters:
  t: # more of the poet's attention
    - filter: self_attn
      value: [0, 1]
    - value: 0.5 # of everything else
dtype: float32
# the end
`;
    const { recipe = "" } = weaken(slerp, (name) => (name.includes("layers.3.") ? 0.5 : 1));
    expect(recipe).toBe(
      slerp
        .replace("[0, 1]", "[0, 0.3333333333333333, 0.6666666666666666, 0.5]")
        .replace("value: 0.5 #", "value: [0.5, 0.5, 0.5, 0.25] #"),
    );
    expect(planMerge(recipe, modelsOf(), methods, { budgetBytes: 1 }).problems).toEqual([]);
  });

  it("puts lines before those there are", () => {
    const filters = `${TASK}parameters:\n  lambda:\n    # less of the norms\n    - filter: norm # all\n      value: 0.5\n    - value: 1\n`;
    const { recipe } = weaken(filters, (name) => (name === "lm_head.weight" ? 0 : 1));
    expect(recipe).toBe(
      filters.replace("    - filter: norm", "    - filter: lm_head.weight\n      value: 0\n    - filter: norm"),
    );
    const flow = filters.replace(/lambda:[\s\S]*$/, "lambda: [{filter: norm, value: 0.5}, {value: 1}]\n");
    expect(weaken(flow, (name) => (name === "lm_head.weight" ? 0 : 1)).recipe).toBe(
      flow.replace("[{filter: norm", "[{filter: lm_head.weight, value: 0}, {filter: norm"),
    );
  });

  it("is exact where a gradient is not: layer 29 of 36 stands between two of its numbers", () => {
    const { recipe = "" } = weaken(TASK, (name) => (name.includes("layers.29.") ? 0 : 1), { layers: 36 });
    expect(recipe).toContain("filter: model.layers.29.\n      value: 0\n");
    const { plan } = planMerge(recipe, modelsOf({ layers: 36 }), methods, { budgetBytes: 1 });
    for (const { name, parameters } of plan?.tensors ?? [])
      expect(parameters.lambda).toBe(name.includes(".29.") ? 0 : 1);
  });

  it("writes into the slices that the tensors come from", () => {
    const slices = `merge_method: slerp
base_model: base
slices:
  - sources: [{model: base, layer_range: [0, 2]}, {model: poet, layer_range: [0, 2]}]
  - sources: [{model: base, layer_range: [1, 4]}, {model: poet, layer_range: [1, 4]}]
parameters:
  t: 0.4
`;
    const { recipe = "" } = weaken(slices, (name) => (name.includes("layers.3.") ? 0.5 : 1));
    expect(recipe).toBe(
      slices.replace("layer_range: [1, 4]}]\n", "layer_range: [1, 4]}]\n    parameters:\n      t: [0.4, 0.2, 0.4]\n"),
    );
  });

  it("gives a base that a method has not what the others lose, and lists it where it is not listed", () => {
    const linear =
      "merge_method: linear\nmodels:\n  - {model: poet, parameters: {weight: 0.7}}\n  - {model: coder, parameters: {weight: 0.3}}\nparameters: {normalize: false}\ndtype: float32\n";
    const { recipe } = weaken(linear, (name) => (name.includes("layers.1.") ? 0.5 : 1), {}, "base");
    expect(recipe).toBe(
      linear
        .replace("{weight: 0.7}", "{weight: [0.7, 0.35, 0.7, 0.7]}")
        .replace("{weight: 0.3}}\n", "{weight: [0.3, 0.15, 0.3, 0.3]}}\n")
        .replace(
          "parameters: {normalize",
          "  - model: base\n    parameters:\n      weight: [0, 0.5, 0, 0]\nparameters: {normalize",
        ),
    );
  });

  it("says why it cannot", () => {
    const code = (text: string, base?: string) =>
      weaken(text, () => 0.5, {}, base).problems.map((problem) => problem.code);
    expect(code("merge_method: passthrough\nmodels: [{model: poet}]\n")).toEqual(["recipe/no-strength"]);
    expect(code("merge_method: linear\nmodels: [{model: poet, parameters: {weight: 1}}]\n")).toEqual([
      "recipe/strength-base",
    ]);
    expect(code("merge_method: linear\nmodels: [{model: gone}]\n")).toEqual(["plan/model-missing"]);
  });
});
