import { describe, expect, it } from "vitest";
import { toyCheckpoint, toyLlama } from "../../model/checkpoint.testing";
import { a, b, LINEAR, places, planOf, problem, report, SLERP, scales, stack, TIES, tensorOf } from "./plan.testing";

describe("inputs of a tensor", () => {
  it("come in recipe order with their parameters, an unlisted base last", () => {
    const plan = planOf(TIES);
    expect(plan.models).toEqual([
      { key: "base", isBase: true },
      { key: "a", isBase: false },
      { key: "b", isBase: false },
    ]);
    expect(tensorOf(plan, "model.norm.weight")).toEqual({
      name: "model.norm.weight",
      shape: [8],
      dtype: "F32",
      bytes: 32,
      action: "merge",
      parameters: { normalize: true, rescale: false, lambda: 1, int8_mask: false },
      inputs: [
        {
          model: "a",
          tensor: "model.norm.weight",
          dtype: "F32",
          shape: [8],
          bytes: 32,
          isBase: false,
          parameters: { weight: 1, density: 1 },
        },
        expect.objectContaining({ model: "b", isBase: false, parameters: { weight: 0.5, density: 0.3 } }),
        expect.objectContaining({ model: "base", isBase: true, parameters: { weight: null, density: 1 } }),
      ],
    });
  });

  it("are in writing order: by the names they are read by, layers from one source side by side", () => {
    const plan = planOf(stack("{model: a, layer_range: [0, 2]}", "{model: b, layer_range: [0, 2]}"));
    const names = plan.tensors.map(({ name }) => name).filter((name) => name.endsWith("mlp.up_proj.weight"));
    expect(names).toEqual([0, 2, 1, 3].map((layer) => `model.layers.${layer}.mlp.up_proj.weight`));
    expect(plan.tensors[0]?.name).toBe("lm_head.weight");
  });

  it("are all of the last slice for the weights after the layers, other than in mergekit", () => {
    const text = `merge_method: linear
slices:
  - sources: [{model: a, layer_range: [0, 2]}]
  - sources: [{model: a, layer_range: [2, 4]}, {model: b, layer_range: [2, 4]}]
parameters: {weight: 1}
`;
    expect(tensorOf(planOf(text), "lm_head.weight")?.inputs.map(({ model }) => model)).toEqual(["a", "b"]);
    expect(problem("plan/surplus-sources", text)).toMatchObject({ severity: "note", span: { line: 4, column: 5 } });
  });

  it("are renamed by position: layer 2 of the source is layer 0 of the output", () => {
    const plan = planOf(stack("{model: a, layer_range: [2, 3]}"));
    expect(tensorOf(plan, "model.layers.0.mlp.up_proj.weight")?.inputs[0]?.tensor).toBe(
      "model.layers.2.mlp.up_proj.weight",
    );
  });

  it("take embeddings from the first slice and the head from the last, also where these have no layers", () => {
    const plan = planOf(
      stack("{model: a, layer_range: [0, 0]}", "{model: base, layer_range: [0, 4]}", "{model: b, layer_range: [4, 4]}"),
    );
    expect(tensorOf(plan, "model.embed_tokens.weight")?.inputs.map(({ model }) => model)).toEqual(["a"]);
    expect(tensorOf(plan, "model.norm.weight")?.inputs.map(({ model }) => model)).toEqual(["b"]);
    expect(tensorOf(plan, "lm_head.weight")?.inputs.map(({ model }) => model)).toEqual(["b"]);
  });

  it("count a model once, with its last layers and its first parameters", () => {
    const text = stack(
      "{model: a, layer_range: [0, 1], parameters: {scale: 2}}, {model: a, layer_range: [3, 4], parameters: {scale: 5}}",
    );
    const tensor = tensorOf(planOf(text), "model.layers.0.mlp.up_proj.weight");
    expect(tensor?.inputs).toMatchObject([{ tensor: "model.layers.3.mlp.up_proj.weight", parameters: { scale: 2 } }]);
    expect(problem("plan/same-model-twice", text)).toMatchObject({ severity: "warning", span: { line: 3 } });
  });
});

describe("parameters", () => {
  it("spread a gradient over a slice; tensors outside layers take its beginning", () => {
    const plan = planOf(`${stack("{model: a, layer_range: [0, 4]}")}parameters: {scale: [1, 2, 4]}\n`);
    expect(scales(plan)).toEqual([1, 1 + 2 / 3, 2 + 2 / 3, 4].map((value) => expect.closeTo(value, 12)));
    for (const name of ["model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"]) {
      expect(tensorOf(plan, name)?.inputs[0]?.parameters.scale).toBe(1);
    }
  });

  it("begin a gradient anew in every slice", () => {
    const plan = planOf(
      `${stack("{model: a, layer_range: [0, 1]}", "{model: a, layer_range: [1, 4]}")}parameters: {scale: [1, 9]}\n`,
    );
    expect(scales(plan)).toEqual([9, 1, 5, 9]);
  });

  it("look at the input's name for a model's own, at the output's for global ones", () => {
    const own = stack(
      "{model: a, layer_range: [2, 3], parameters: {scale: [{filter: layers.2., value: 3}, {value: 1}]}}",
    );
    expect(scales(planOf(own))).toEqual([3]);
    const global = `merge_method: slerp
base_model: a
slices: [{sources: [{model: a, layer_range: [2, 3]}, {model: b, layer_range: [2, 3]}]}]
parameters: {t: [{filter: layers.0., value: 0.9}, {value: 0.1}]}
`;
    expect(tensorOf(planOf(global), "model.layers.0.mlp.up_proj.weight")?.parameters.t).toBe(0.9);
  });

  it("fall through levels whose filters miss", () => {
    const plan = planOf(`merge_method: passthrough
slices:
  - parameters: {scale: [{filter: mlp, value: 20}]}
    sources:
      - {model: a, layer_range: [0, 4], parameters: {scale: [{filter: layers.0.mlp, value: 10}]}}
parameters: {scale: [{filter: embed, value: 30}, {value: 40}]}
`);
    expect(scales(plan)).toEqual([10, 20, 20, 20]);
    expect(scales(plan, "embed_tokens.weight")).toEqual([30]);
    expect(scales(plan, "lm_head.weight")).toEqual([40]);
  });

  it("that are required and missing are one problem for all tensors, at the model", () => {
    const text = LINEAR.replace("    parameters: {weight: 0.5}\n", "");
    expect(problem("plan/missing-parameter", text)).toMatchObject({
      severity: "error",
      span: { line: 3, column: 12 },
      facts: { name: "weight", model: "a", tensors: 39 },
    });
  });

  it("that stand where the method does not look are shown there", () => {
    const text = SLERP.replace("parameters: {t: 0.5}", "").replace("{model: b}", "{model: b, parameters: {t: 0.5}}");
    expect(problem("plan/missing-parameter", text)).toMatchObject({ severity: "error", span: { line: 3, column: 46 } });
    expect(problem("plan/parameter-level", text)).toMatchObject({ severity: "warning", span: { line: 3, column: 46 } });
  });

  it("that no one knows are a warning with a guess", () => {
    const text = LINEAR.replace("{weight: 0.5}\n  - model: b", "{weight: 0.5, weigth: 1}\n  - model: b");
    const found = problem("plan/unknown-parameter", text);
    expect(found).toMatchObject({ severity: "warning", span: { line: 4, column: 31 }, fix: { insert: "weight" } });
  });

  it("with a filter that no tensor's name contains are a warning", () => {
    const text = `${SLERP.replace("{t: 0.5}", "")}
  t:
    - {filter: layers.0-2, value: 0.1}
    - {filter: layers.3., value: 0.2}
    - {filter: modelnorm, value: 0.3}
    - {filter: "*", value: 0.5}
`;
    expect(report(text).problems).toMatchObject([
      { code: "plan/unmatched-filter", severity: "warning", span: { line: 7 }, facts: { filter: "layers.0-2" } },
      { code: "plan/unmatched-filter", severity: "warning", span: { line: 9 }, facts: { filter: "modelnorm" } },
    ]);
    const stacked = stack("{model: a, layer_range: [0, 4]}", "{model: b, layer_range: [0, 4]}");
    expect(places(`${stacked}parameters: {scale: [{filter: layers.7., value: 1}]}\n`)).toEqual([]);
  });

  it("of a switch must be true or false, for every tensor", () => {
    expect(problem("plan/parameter-type", `${LINEAR}parameters: {normalize: [0, 1]}\n`)).toMatchObject({
      severity: "error",
      span: { line: 7, column: 25 },
      facts: { name: "normalize", tensors: 18 },
    });
    expect(tensorOf(planOf(`${LINEAR}parameters: {normalize: off}\n`), "lm_head.weight")?.parameters.normalize).toBe(
      false,
    );
  });

  it("of a whole number must be whole", () => {
    const text = "merge_method: karcher\nmodels: [{model: a}]\nparameters: {max_iter: 2.5}\n";
    expect(places(text)).toEqual(["plan/parameter-type 3:24"]);
  });

  it("are judged by the method, at the value that it does not like", () => {
    const text = LINEAR.replace("0.5", "500");
    expect(problem("merge/heavy", text)).toMatchObject({ severity: "warning", span: { line: 4, column: 26, to: 70 } });
    expect(report(text).plan).toBeDefined();
  });
});

describe("methods and bases", () => {
  it.each([
    [LINEAR.replace("linear", "liner"), "recipe/unknown-method 1:15"],
    [LINEAR.replace("linear", "arcee_fusion"), "recipe/not-yet 1:15"],
    [TIES.replace("base_model: base\n", ""), "plan/base-required 1:15"],
    [SLERP.replace("{model: b}]", "{model: b}, {model: base}]"), "plan/input-count 1:15"],
    [SLERP.replace("base_model: a", "base_model: base"), "plan/input-count 1:15"],
    ["merge_method: passthrough\nmodels: [{model: a}, {model: b}]\n", "plan/input-count 1:15"],
    ["merge_method: passthrough\nbase_model: base\nmodels: [{model: a}]\n", "plan/input-count 1:15"],
    [
      "merge_method: ties\nbase_model: base\nslices:\n  - sources: [{model: a, layer_range: [0, 4]}]\nparameters: {weight: 1}\n",
      "plan/base-not-in-slice 4:5",
    ],
    [LINEAR.replace("model: b", "model: gone"), "plan/model-missing 5:12"],
    [stack("{model: a, layer_range: [2, 5]}"), "plan/layer-range 3:39"],
    [stack("{model: a, layer_range: [-1, 2]}"), "plan/layer-range 3:39"],
    [stack("{model: a, layer_range: [3, 1]}"), "plan/reversed-range 3:39"],
    [
      SLERP.replace(
        "models: [{model: a}, {model: b}]",
        "slices: [{sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 3]}]}]",
      ),
      "plan/slice-lengths 3:78",
    ],
  ])("%s: %s", (text, expected) => {
    expect(places(text)).toContain(expected);
  });

  it("average a base in when it has a weight, and leave it out when it has none", () => {
    const listed = LINEAR.replace("models:", "base_model: base\nmodels:");
    const plan = planOf(listed);
    expect(tensorOf(plan, "lm_head.weight")?.inputs.map(({ model }) => model)).toEqual(["a", "b"]);
    expect(problem("plan/base-ignored", listed)).toMatchObject({ severity: "note", span: { line: 2, column: 13 } });
    const weighted = planOf("merge_method: linear\nbase_model: base\nmodels: [{model: a}]\nparameters: {weight: 1}\n");
    expect(tensorOf(weighted, "lm_head.weight")?.inputs).toMatchObject([
      { model: "a", isBase: false },
      { model: "base", isBase: false },
    ]);
  });

  it("copy the tensor of a blend of two that finds one", () => {
    const text = SLERP.replace(
      "models: [{model: a}, {model: b}]",
      "slices: [{sources: [{model: b, layer_range: [0, 1]}]}]",
    );
    expect(tensorOf(planOf(text), "lm_head.weight")).toMatchObject({ action: "copy", inputs: [{ model: "b" }] });
  });
});

describe("architectures", () => {
  const mistral = toyLlama("m", { config: { architectures: ["MistralForCausalLM"] } });
  const mixed = LINEAR.replace("model: b", "model: m");

  it("of two known kinds do not mix, unless the recipe says they are one", () => {
    expect(places(mixed, [a, mistral])).toEqual(["plan/mixed-architectures 5:12"]);
    const override = mixed.replace("model: m", "model: {model: m, override_architecture: LlamaForCausalLM}");
    expect(places(override, [a, mistral])).toEqual(["plan/unlike-configs 5:12"]); // a Mistral's window
    const donor = override.replace(
      "models:",
      "base_model: {model: m, override_architecture: LlamaForCausalLM}\nmodels:",
    );
    expect(planOf(donor, [a, mistral]).config.architectures).toEqual(["LlamaForCausalLM"]);
  });

  it("must be one per config", () => {
    const two = toyLlama("a", { config: { architectures: ["A", "B"] } });
    expect(places(LINEAR, [two, b])).toContain("plan/architectures 3:12");
  });

  it("that nobody described are inferred, and their depth is set", () => {
    const config = { architectures: ["NewForCausalLM"] };
    const [x, y] = [toyLlama("a", { config }), toyLlama("b", { config })];
    const plan = planOf(LINEAR, [x, y]);
    expect(plan.tensors.map(({ name }) => name).toSorted()).toEqual([...x.tensors.keys()].toSorted());
    expect(problem("plan/inferred-architecture", LINEAR, [x, y])?.severity).toBe("note");
    const stacked = stack("{model: a, layer_range: [0, 4]}", "{model: b, layer_range: [2, 4]}");
    expect(planOf(stacked, [x, y]).config.num_hidden_layers).toBe(6);
    expect(problem("plan/depth-inferred", stacked, [x, y])?.severity).toBe("note");
  });

  it("with several modules need whole models", () => {
    const tensors = { "vision.0.w": [2], "text.0.w": [2], "text.1.w": [2] };
    const model = toyCheckpoint("a", { architectures: ["VlmForConditionalGeneration"] }, tensors);
    expect(planOf("merge_method: passthrough\nmodels: [{model: a}]\n", [model]).tensors).toHaveLength(3);
    expect(places(stack("{model: a, layer_range: [0, 1]}"), [model])).toContain("plan/multiple-modules 3:5");
  });

  it("of unlike depth need slices", () => {
    expect(places(LINEAR, [a, toyLlama("b", { layers: 3 })])).toContain("plan/layer-counts 5:12");
  });
});

describe("the output folder", () => {
  it("takes depth and lists per layer from the slices", () => {
    const types = (key: string, list: readonly string[]) =>
      toyLlama(key, { config: { layer_types: list, eos_token_id: [1, 2, 3, 4] } });
    const models = [types("a", ["a0", "a1", "a2", "a3"]), types("b", ["b0", "b1", "b2", "b3"])];
    const plan = planOf(stack("{model: a, layer_range: [0, 3]}", "{model: b, layer_range: [1, 4]}"), models);
    expect(plan.config).toMatchObject({
      num_hidden_layers: 6,
      layer_types: ["a0", "a1", "a2", "b1", "b2", "b3"],
      eos_token_id: [1, 2, 3, 4],
    });
  });

  it("has the first model in document order as its donor when there is no base", () => {
    const plan = planOf(
      LINEAR.replace("model: a", "model: b").replace(
        "model: b\n    parameters: {weight: 0.5}\n  - model: b",
        "model: b\n    parameters: {weight: 0.5}\n  - model: a",
      ),
    );
    expect(plan.sideFiles.find(({ kind }) => kind === "copy")).toMatchObject({ model: "b" });
  });

  it("has the donor's files and the recipe, byte for byte", () => {
    const text = `# mine\n${LINEAR}`;
    expect(planOf(text).sideFiles.map(({ path }) => path)).toEqual([
      "config.json",
      "generation_config.json",
      "tokenizer_config.json",
      "tokenizer.json",
      "mergekit_config.yml",
    ]);
    expect(planOf(text).sideFiles.at(-1)).toMatchObject({ text });
    expect(planOf(text).recipe).toBe(text);
  });

  it("warns when there is no tokenizer to copy, and of code that is not copied", () => {
    const bare = toyCheckpoint(
      "a",
      { ...a.config, auto_map: {} },
      Object.fromEntries([...a.tensors].map(([name, { shape }]) => [name, shape])),
      { files: [] },
    );
    expect(places("merge_method: passthrough\nmodels: [{model: a}]\n", [bare])).toEqual(
      expect.arrayContaining(["plan/no-tokenizer 2:18", "plan/remote-code 2:18"]),
    );
  });
});

describe("seed and commits", () => {
  it("come from the caller, else from the recipe's own block, else 0", () => {
    const text = `# awase: {seed: 7}\n${LINEAR}`;
    expect(report(text).plan?.seed).toBe(7);
    expect(report(text, [a, b], 9).plan?.seed).toBe(9);
    expect(planOf(LINEAR).seed).toBe(0);
  });

  it("are listed with the models", () => {
    expect(planOf(LINEAR, [toyLlama("a", { revision: "0123abc" }), b]).models[0]).toEqual({
      key: "a",
      isBase: false,
      revision: "0123abc",
    });
  });

  it("make the plan plain data", () => {
    const plan = planOf(LINEAR);
    expect(structuredClone(plan)).toEqual(plan);
  });
});
