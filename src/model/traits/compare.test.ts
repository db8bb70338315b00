import { describe, expect, it } from "vitest";
import { configDifferences, sizeDifferences } from "./compare";

const llama = {
  architectures: ["LlamaForCausalLM"],
  model_type: "llama",
  hidden_size: 32,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  rms_norm_eps: 1e-6,
  rope_theta: 10_000,
  hidden_act: "silu",
  max_position_embeddings: 128,
};
const named = (found: object, expected: object = llama) =>
  configDifferences({ ...llama, ...found }, expected as typeof llama).map(
    ({ name, found: own, expected: other }) => `${name} ${own} / ${other}`,
  );

describe("configs of two models of one shape", () => {
  it.each([
    [{ num_attention_heads: 8 }, ["num_attention_heads 8 / 4"]],
    [{ num_key_value_heads: 4 }, ["num_key_value_heads 4 / 2"]],
    [{ hidden_act: "gelu" }, ["hidden_act gelu / silu"]],
    [{ rms_norm_eps: 1e-5 }, ["rms_norm_eps 0.00001 / 0.000001"]],
    [{ sliding_window: 64 }, ["sliding_window 64 / none"]],
    [{ attention_bias: true }, ["attention_bias true / false"]],
    [{ tie_word_embeddings: true }, ["tie_word_embeddings true / false"]],
    [{ partial_rotary_factor: 0.5 }, ["partial_rotary_factor 0.5 / 1"]],
    [
      { rope_theta: 1_000_000, max_position_embeddings: 4096 },
      ["rope_theta 1000000 / 10000", "max_position_embeddings 4096 / 128"],
    ],
    [{ rope_scaling: { type: "linear", factor: 4 } }, ["rope_scaling linear, factor 4 / none"]],
  ])("%o differ in %j", (found, expected) => {
    expect(named(found)).toEqual(expected);
  });

  it.each([
    ["a key that is the default spelled out", { head_dim: 8, attention_bias: false, sliding_window: null }],
    [
      "a key that is left out for its default",
      { hidden_act: undefined, rope_theta: undefined, rms_norm_eps: undefined },
    ],
    [
      "the spelling of transformers 5",
      { rope_theta: undefined, rope_parameters: { rope_theta: 10000.0, rope_type: "default" } },
    ],
    ["no scaling said in three ways", { rope_scaling: null }],
    ["a longer context alone", { max_position_embeddings: 4096 }],
    ["another name of the same activation", { hidden_act: "swish" }],
    ["what no weight depends on", { vocab_size: 7, num_hidden_layers: 9, torch_dtype: "float16", use_cache: false }],
  ])("say the same by %s", (_, found) => {
    expect(named(found)).toEqual([]);
  });

  it("know the windows and activations of their families", () => {
    const mistral = { architectures: ["MistralForCausalLM"], model_type: "mistral" };
    expect(configDifferences({ ...mistral, sliding_window: null }, mistral)).toEqual([
      { name: "sliding_window", found: "none", expected: "4096" },
    ]);
    const qwen = { model_type: "qwen2", sliding_window: 4096, use_sliding_window: false };
    expect(configDifferences({ model_type: "qwen2" }, qwen)).toEqual([]);
    const gemma = { model_type: "gemma", hidden_act: "gelu" };
    expect(configDifferences({ model_type: "gemma", hidden_activation: "gelu_pytorch_tanh" }, gemma)).toEqual([]);
    expect(
      configDifferences({ model_type: "gemma2" }, { model_type: "gemma2", final_logit_softcapping: null }),
    ).toEqual([{ name: "final_logit_softcapping", found: "30", expected: "none" }]);
  });

  it("are compared where they stand in an object of their own", () => {
    const outer = (text: object, vision = {}) => ({ model_type: "llava", text_config: text, vision_config: vision });
    expect(configDifferences(outer({ ...llama, rope_theta: 5 }), outer(llama))).toEqual([
      { name: "rope_theta", found: "5", expected: "10000" },
    ]);
    expect(configDifferences(outer({ ...llama, rope_theta: 5 }), llama)).toHaveLength(1);
    expect(configDifferences(outer(llama, { patch_size: 14 }), outer(llama, { patch_size: 16 }))).toEqual([
      { name: "vision_config.patch_size", found: "14", expected: "16" },
    ]);
  });

  it("of a family that nobody described differ only in what both say", () => {
    expect(configDifferences({ model_type: "new", rope_theta: 5 }, { model_type: "new" })).toEqual([]);
    expect(configDifferences({ model_type: "new", rope_theta: 5 }, { model_type: "new", rope_theta: 6 })).toHaveLength(
      1,
    );
  });

  it("say which sizes make shapes differ", () => {
    expect(sizeDifferences({ ...llama, hidden_size: 64, rope_theta: 5 }, llama)).toEqual([
      { name: "hidden_size", found: "64", expected: "32" },
    ]);
  });
});
