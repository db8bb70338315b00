import { describe, expect, it } from "vitest";
import { toyLlama } from "../../../model/checkpoint.testing";
import type { JsonObject } from "../../../model/model";
import { LINEAR, places, planOf, problem, report, stack } from "../plan.testing";

const toy = (key: string, config: JsonObject, layers = 8) => toyLlama(key, { layers, config });
const TWICE = stack("{model: a, layer_range: [0, 5]}", "{model: a, layer_range: [4, 8]}");
const FROM_TWO = stack("{model: a, layer_range: [0, 4]}", "{model: b, layer_range: [2, 8]}");
const types = (letters: string) =>
  [...letters].map((letter) => ({ s: "sliding_attention", f: "full_attention", l: "linear_attention" })[letter]);
const codes = (recipe: string, models: readonly ReturnType<typeof toy>[]) =>
  report(recipe, models).problems.map(({ code, severity }) => `${code} ${severity}`);

describe("a stack of a model whose layers alternate by number", () => {
  const norms = Array.from({ length: 8 }, (_, layer) =>
    ["pre", "post"].map((place) => [`model.layers.${layer}.${place}_feedforward_layernorm.weight`, [8]] as const),
  );
  const gemma2 = toyLlama("a", {
    layers: 8,
    extra: Object.fromEntries(norms.flat()),
    config: { architectures: ["Gemma2ForCausalLM"], sliding_window: 8 },
  });

  it("keeps local layers local: layer_types is written, and the layers are named", () => {
    expect(planOf(TWICE, [gemma2]).config).toMatchObject({ num_hidden_layers: 9, layer_types: types("sfsfssfsf") });
    expect(problem("plan/layer-rule-written", TWICE, [gemma2])).toMatchObject({
      severity: "warning",
      facts: { keys: "`layer_types`", layers: "5–8", found: 4 },
    });
  });

  it("needs no word where the rhythm goes on", () => {
    const even = stack("{model: a, layer_range: [0, 6]}", "{model: a, layer_range: [4, 8]}");
    expect(planOf(even, [gemma2]).config.layer_types).toBeUndefined();
    expect(places(even, [gemma2])).toEqual([]);
  });

  it("does so for the text model of a larger one", () => {
    const norms = ["self_attn.q_norm", "self_attn.k_norm", "pre_feedforward_layernorm", "post_feedforward_layernorm"];
    const named = Array.from({ length: 8 }, (_, n) => norms.map((norm) => `model.layers.${n}.${norm}.weight`)).flat();
    const tensors = toyLlama("a", { layers: 8, extra: Object.fromEntries(named.map((name) => [name, [8]])) }).tensors;
    const extra = Object.fromEntries([...tensors].map(([name, { shape }]) => [name, shape]));
    const nested = toyLlama("a", {
      layers: 0,
      extra,
      config: {
        architectures: ["Gemma3ForConditionalGeneration"],
        num_hidden_layers: undefined,
        text_config: { model_type: "gemma3_text", num_hidden_layers: 8, sliding_window_pattern: 3 },
      },
    });
    expect(planOf(TWICE, [nested]).config).toMatchObject({
      text_config: { num_hidden_layers: 9, layer_types: types("ssfsssfss") },
    });
  });
});

describe("lists of a config", () => {
  it("follow the slices, from each model its own", () => {
    const a = toy("a", { layer_types: types("ffffffff"), sliding_window: 8, moe_layer_freq: [0, 1, 1, 1, 1, 1, 1, 1] });
    const b = toy("b", { layer_types: types("sfsfsfsf"), moe_layer_freq: [0, 0, 0, 1, 1, 1, 1, 1], sliding_window: 8 });
    const { config } = planOf(FROM_TWO, [a, b]);
    expect(config).toMatchObject({
      layer_types: types("ffffsfsfsf"),
      moe_layer_freq: [0, 1, 1, 1, 0, 1, 1, 1, 1, 1],
    });
    expect(codes(FROM_TWO, [a, b])).toEqual(["plan/layer-lists note", "plan/layer-lists note"]);
  });

  it("keep entries of modules behind the stack", () => {
    const a = toyLlama("a", {
      layers: 8,
      extra: { "model.layers.8.mlp.up_proj.weight": [16, 8] },
      config: { swiglu_limits: [0, 1, 2, 3, 4, 5, 6, 7, 99] },
    });
    expect(planOf(TWICE, [a]).config.swiglu_limits).toEqual([0, 1, 2, 3, 4, 4, 5, 6, 7, 99]);
  });

  it("cannot be made up for a model that has none", () => {
    const models = [toy("a", { moe_layer_freq: [0, 1, 1, 1, 1, 1, 1, 1] }), toy("b", {})];
    expect(problem("plan/layer-list-missing", FROM_TWO, models)).toMatchObject({
      severity: "error",
      facts: { key: "moe_layer_freq", model: "b", other: "a" },
    });
    expect(report(FROM_TWO, models).plan).toBeUndefined();
  });

  it("of numbers name the layers by their new ones", () => {
    const a = toy("a", { attn_layer_indices: [3, 7], mlp_only_layers: [0, 4], decoder_sparse_step: 1, num_experts: 4 });
    expect(planOf(TWICE, [a]).config).toMatchObject({ attn_layer_indices: [3, 8], mlp_only_layers: [0, 4, 5] });
  });

  it("are left alone by a merge of whole models", () => {
    const layer_types = types("sfsfsfsf");
    const models = [toy("a", { layer_types }), toy("b", { layer_types })];
    expect(planOf(LINEAR, models).config.layer_types).toEqual(layer_types);
    expect(codes(LINEAR, models)).toEqual([]);
  });
});

describe("rules that no key can say for a stack", () => {
  it("are an error where other tensors would be looked for", () => {
    const a = toy("a", { first_k_dense_replace: 2, moe_layer_freq: 1 });
    const recipe = stack("{model: a, layer_range: [0, 5]}", "{model: a, layer_range: [1, 8]}");
    expect(problem("plan/layer-kind", recipe, [a])).toMatchObject({
      severity: "error",
      facts: { layers: "5", first: 5, found: "sparse", expected: "dense", key: "first_k_dense_replace" },
    });
    expect(report(recipe, [a]).plan).toBeUndefined();
    expect(planOf(TWICE, [a]).config.first_k_dense_replace).toBe(2);
  });

  it("are a warning where only the view of the text is another", () => {
    const a = toy("a", { architectures: ["Own"], sliding_window_pattern: 4 });
    const { plan, problems } = report(TWICE, [a]);
    expect(problems.find(({ code }) => code === "plan/layer-view")).toMatchObject({
      severity: "warning",
      facts: { layers: "7–8", first: 7, found: "full_attention", expected: "sliding_attention" },
    });
    expect(plan?.config.num_hidden_layers).toBe(9);
  });

  it("give the period of a Jamba where one fits, and an error where none does", () => {
    const a = toy("a", { attn_layer_period: 4, attn_layer_offset: 2 });
    const fits = stack("{model: a, layer_range: [1, 7]}");
    expect(planOf(fits, [a]).config).toMatchObject({ attn_layer_period: 4, attn_layer_offset: 1 });
    const uneven = stack("{model: a, layer_range: [0, 4]}", "{model: a, layer_range: [2, 8]}");
    expect(codes(uneven, [a])).toEqual(["plan/layer-kind error"]);
  });

  it("are told for GPT-2 whose scores are divided by the layer's number", () => {
    const a = toy("a", { scale_attn_by_inverse_layer_idx: true });
    expect(problem("plan/layer-view", TWICE, [a])?.facts).toMatchObject({ layers: "5–8" });
  });
});

describe("layers of unlike kinds that are merged into one", () => {
  const a = toy("a", { layer_types: types("sfsfsfsf") });
  const b = toy("b", { layer_types: types("fsfsfsfs") });

  it("are a warning where they differ in what they see", () => {
    expect(problem("plan/unlike-kinds", LINEAR, [a, b])).toMatchObject({
      severity: "warning",
      facts: { layers: "0–7", model: "a", other: "b", expected: "sliding_attention", found: "full_attention" },
    });
  });

  it("are an error where they differ in their tensors", () => {
    const recipe = `merge_method: slerp
base_model: a
slices:
  - sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [2, 4]}]
parameters: {t: 0.5}
`;
    const hybrid = toy("a", { layer_types: types("llllffff") });
    expect(problem("plan/unlike-kinds", recipe, [hybrid, b])).toMatchObject({
      severity: "error",
      facts: { other: "b" },
    });
  });
});

it("sets every key that counts the layers", () => {
  const a = toy("a", { n_layers: 8, num_layers: 3 });
  expect(planOf(TWICE, [a]).config).toMatchObject({ num_hidden_layers: 9, n_layers: 9, num_layers: 3 });
});
