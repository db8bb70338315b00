import { describe, expect, it } from "vitest";
import { toyCheckpoint, toyLlama } from "../../model/checkpoint.testing";
import { a, b, base, LINEAR, places, planOf, problem, report, scales, stack, tensorOf } from "./plan.testing";

/*
 * Where mergekit crashes or loses data, and where its result is left to chance, there is a rule of ours. One test for each, by what it
 * is about. Those of tokenizers, adapters and several documents stand with them.
 */

describe("FIX, in place of a crash or a loss:", () => {
  it("blanks around the signs of a reference are no part of its names", () => {
    const spaced = LINEAR.replace("model: b", 'model: " b "').replace("model: a", 'model: "a @ v1"');
    expect(planOf(spaced, [toyLlama("a@v1"), b]).models.map(({ key }) => key)).toEqual(["a@v1", "b"]);
  });

  it("one `{filter, value}` outside a list is a list of one", () => {
    const text = "merge_method: passthrough\nmodels: [{model: a, parameters: {scale: {filter: mlp, value: 0.5}}}]\n";
    expect(scales(planOf(text))).toEqual([0.5, 0.5, 0.5, 0.5]);
    expect(places(text)).toContain("recipe/bare-filter 2:41");
  });

  it("a base without a weight, added to a method that has none, is left out", () => {
    const text = LINEAR.replace("models:", "base_model: base\nmodels:");
    expect(tensorOf(planOf(text), "model.norm.weight")?.inputs.map(({ model }) => model)).toEqual(["a", "b"]);
    expect(problem("plan/base-ignored", text)?.severity).toBe("note");
  });

  it("a head that is written is not said to be tied", () => {
    const tied = toyLlama("a", { head: false });
    const plan = planOf(LINEAR, [tied, b]);
    expect(tensorOf(plan, "lm_head.weight")?.inputs.map(({ tensor }) => tensor)).toEqual([
      "model.embed_tokens.weight",
      "lm_head.weight",
    ]);
    expect(plan.config.tie_word_embeddings).toBe(false);
    expect(problem("plan/tied-head", LINEAR, [tied, b])?.severity).toBe("note");
  });

  it("a stack of an architecture that nobody described has its depth in config.json", () => {
    const config = { architectures: ["NewForCausalLM"] };
    const stacked = stack("{model: a, layer_range: [0, 4]}", "{model: b, layer_range: [2, 4]}");
    const plan = planOf(stacked, [toyLlama("a", { config }), toyLlama("b", { config })]);
    expect(plan.config.num_hidden_layers).toBe(6);
  });

  it("tensors that only some models have, or that nobody named, are kept", () => {
    const extra = { "model.layers.0.mlp.new.weight": [4], "model.extra.weight": [4] };
    const plan = planOf(LINEAR, [toyLlama("a", { extra }), b]);
    for (const name of Object.keys(extra))
      expect(tensorOf(plan, name)?.inputs.map(({ model }) => model)).toEqual(["a"]);
    const vision = toyCheckpoint(
      "a",
      { architectures: ["OldVlm"] },
      { "vision.layers.0.w": [2], "text.layers.0.w": [2] },
    );
    expect(planOf("merge_method: passthrough\nmodels: [{model: a}]\n", [vision]).tensors).toHaveLength(2);
  });

  it("sources of the last slice that the first does not have take part in norm and head", () => {
    const text = `merge_method: linear
slices:
  - sources: [{model: a, layer_range: [0, 2]}]
  - sources: [{model: a, layer_range: [2, 4]}, {model: b, layer_range: [2, 4]}]
parameters: {weight: 1}
`;
    expect(tensorOf(planOf(text), "lm_head.weight")?.inputs.map(({ model }) => model)).toEqual(["a", "b"]);
    expect(places(text)).toContain("plan/surplus-sources 4:5");
  });

  it("modules that are not named are copied", () => {
    const model = toyCheckpoint("a", { architectures: ["Vlm"] }, { "vision.layers.0.w": [2], "text.layers.0.w": [2] });
    const text = "merge_method: passthrough\nmodules: {text.layers: {models: [{model: a}]}}\n";
    expect(planOf(text, [model]).tensors.map(({ name }) => name)).toEqual(["text.layers.0.w", "vision.layers.0.w"]);
  });

  it.each([
    ["a method that does not exist", LINEAR.replace("linear", "linaer"), "recipe/unknown-method 1:15"],
    ["unlike depths", LINEAR, "plan/layer-counts 5:12", [a, toyLlama("b", { layers: 3 })]],
    [
      "a parameter without a value",
      "merge_method: slerp\nbase_model: a\nmodels: [{model: a}, {model: b}]\n",
      "plan/missing-parameter 1:15",
    ],
    [
      "a base that a slice lacks",
      `merge_method: ties\nbase_model: base\nslices: [{sources: [{model: a, layer_range: [0, 4], parameters: {weight: 1}}, {model: b, layer_range: [0, 4], parameters: {weight: 1}}]}]\n`,
      "plan/base-not-in-slice 3:10",
    ],
    [
      "a tensor that is not there",
      LINEAR,
      "plan/missing-tensor 5:12",
      [a, toyLlama("b", { without: ["model.norm.weight"] })],
    ],
    ["a range beyond the last layer", stack("{model: a, layer_range: [0, 9]}"), "plan/layer-range 3:39"],
  ])("%s is found from headers, with its line", (_, text, place, models = [a, b, base]) => {
    expect(places(text, models)).toContain(place);
  });
});

describe("CHOOSE, in place of chance:", () => {
  it("the base gives config and files, without one the first model of the text", () => {
    const files = (text: string) => planOf(text).sideFiles.find(({ path }) => path === "tokenizer.json");
    expect(files(LINEAR)).toMatchObject({ model: "a" });
    expect(files(LINEAR.replace("models:", "base_model: base\nmodels:"))).toMatchObject({ model: "base" });
    expect(planOf(LINEAR).models.map(({ key }) => key)).toEqual(["a", "b"]);
  });

  it("experts keep the layout that the models have", () => {
    const config = { architectures: ["MixtralForCausalLM"], num_local_experts: 1 };
    const expert = "model.layers.0.block_sparse_moe.experts.0.w1.weight";
    const mixtral = (key: string) =>
      toyLlama(key, {
        config,
        layers: 1,
        without: ["gate_proj", "up_proj", "down_proj"].map((name) => `model.layers.0.mlp.${name}.weight`),
        extra: { [expert]: [4, 8], "model.layers.0.block_sparse_moe.gate.weight": [1, 8] },
      });
    const { plan, problems } = report(LINEAR, [mixtral("a"), mixtral("b")]);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect(plan?.tensors.find(({ name }) => name === expert)).toMatchObject({ action: "merge", shape: [4, 8] });
  });

  it("tensors are written in the order of the names they are read by, whatever the models' order", () => {
    const names = planOf(LINEAR).tensors.map(({ name }) => name);
    expect(names).toEqual([...names].sort((x, y) => (x < y ? -1 : 1)));
    expect(planOf(LINEAR, [b, a]).tensors.map(({ name }) => name)).toEqual(names);
  });

  it("config.json keeps the donor's text but for what the merge changes", () => {
    const plan = planOf(`${LINEAR}dtype: bfloat16\n`);
    const file = plan.sideFiles.find(({ path }) => path === "config.json");
    expect(file?.kind === "text" && file.text).toBe(a.configText.replace('"float32"', '"bfloat16"'));
  });
});
