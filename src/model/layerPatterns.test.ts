import { describe, expect, it } from "vitest";
import { layerPatterns } from "./layerPatterns";
import { attentionPattern, gptNeoPattern, ropePattern } from "./layerPatterns/attention";
import { type Kind, type LayerPattern, PatternConfig } from "./layerPatterns/define";
import { firstDensePattern, interleavedPattern, rangePattern, sparseStepPattern } from "./layerPatterns/experts";
import { followLayers, layerLists } from "./layerPatterns/lists";
import { cyclicPattern, jambaAttention, sharedKeysPattern, zambaPattern } from "./layerPatterns/mixers";
import type { JsonObject } from "./model";

const config = (values: JsonObject, depth = 8) => new PatternConfig(values, values, depth);
/** First letters of the kinds. */
const letters = (kinds: readonly Kind[] | undefined) => kinds?.map((kind) => kind[0]).join("");

describe("kinds of attention by number", () => {
  /** `layer_types` of the config classes of transformers 5.18 with eight layers, by first letters. */
  it.each<[string, JsonObject]>([
    ["sfsfsfsf", { model_type: "gemma2" }],
    ["sfsfsfsf", { architectures: ["Gemma2ForCausalLM"] }],
    ["sfsfsfsf", { model_type: "vaultgemma" }],
    ["sfsfsfsf", { model_type: "gpt_oss" }],
    ["sssssfss", { model_type: "gemma3_text" }],
    ["sssfsssf", { model_type: "gemma3_text", sliding_window_pattern: 4 }],
    ["ssssfsss", { model_type: "gemma3n_text" }],
    ["sssfsssf", { model_type: "cohere2" }],
    ["ssfssfss", { model_type: "cohere2", sliding_window_pattern: 3 }],
    ["sssfsssf", { model_type: "olmo3" }],
    ["sssfsssf", { model_type: "exaone4" }],
    ["fffsssss", { model_type: "qwen2", use_sliding_window: true, max_window_layers: 3 }],
    ["ffffffff", { model_type: "qwen2", max_window_layers: 3 }],
    ["fffsssss", { model_type: "qwen3", use_sliding_window: true, max_window_layers: 3 }],
    ["fffsssss", { model_type: "dots1", sliding_window: 16, max_window_layers: 3 }],
    ["lllflllf", { model_type: "qwen3_next" }],
    ["llfllfll", { model_type: "qwen3_next", full_attention_interval: 3 }],
    ["ffffffff", { model_type: "smollm3" }],
    ["fffsfffs", { model_type: "smollm3", use_sliding_window: true, sliding_window: 16 }],
    ["cccfcccf", { model_type: "llama4_text" }],
    ["ccfccfcc", { model_type: "llama4_text", no_rope_layer_interval: 3 }],
    ["flflflfl", { model_type: "minimax" }],
  ])("%s: %o", (expected, values) => {
    expect(letters(attentionPattern.kinds(config(values)))).toBe(expected);
  });

  it("take a list that is there, and none that is of another length", () => {
    const layer_types = ["full_attention", "sliding_attention"];
    expect(letters(attentionPattern.kinds(config({ model_type: "gemma2", layer_types }, 2)))).toBe("fs");
    expect(attentionPattern.kinds(config({ model_type: "gemma2", layer_types }, 3))).toBeUndefined();
  });

  it("are none where a config says nothing of layers", () => {
    const llama = config({ architectures: ["LlamaForCausalLM"], model_type: "llama" });
    expect(layerPatterns.map((pattern) => pattern.kinds(llama)).filter(Boolean)).toEqual([]);
  });
});

describe("other rules by number", () => {
  it.each<[string, LayerPattern, JsonObject]>([
    ["rrrnrrrn", ropePattern, { model_type: "smollm3" }],
    ["rrnrrnrr", ropePattern, { model_type: "llama4_text", no_rope_layer_interval: 3 }],
    ["dsdsdsds", interleavedPattern, { model_type: "llama4_text", interleave_moe_layer_step: 2 }],
    ["sdsdsdsd", interleavedPattern, { model_type: "llama4_text", moe_layers: [0, 2, 4, 6] }],
    ["ssdsssss", sparseStepPattern, { decoder_sparse_step: 1, mlp_only_layers: [2] }],
    ["dsdddsds", sparseStepPattern, { decoder_sparse_step: 2, mlp_only_layers: [3] }],
    ["dsssssss", firstDensePattern, { first_k_dense_replace: 1, moe_layer_freq: 1 }],
    ["ddsdsdsd", firstDensePattern, { first_k_dense_replace: 1, moe_layer_freq: 2 }],
    ["ddssssss", firstDensePattern, { num_dense_layers: 2 }],
    ["dsssssss", rangePattern, { moe_layer_start_index: 1, moe_layer_end_index: -1, moe_layer_interval: 1 }],
    ["mmmmammm", jambaAttention, { attn_layer_period: 8, attn_layer_offset: 4 }],
    ["mmhmmmmh", zambaPattern, { model_type: "zamba", attn_layer_period: 6, attn_layer_offset: 4 }],
    ["rrarrarr", cyclicPattern, { block_types: ["recurrent", "recurrent", "attention"] }],
    ["ooooooss", sharedKeysPattern, { num_kv_shared_layers: 2 }],
    ["glglglgl", gptNeoPattern, { attention_types: [[["global", "local"], 4]] }],
  ])("%s", (expected, pattern, values) => {
    expect(letters(pattern.kinds(config(values)))).toBe(expected);
  });
});

describe("what is written", () => {
  const donors: readonly [LayerPattern, JsonObject][] = [
    [attentionPattern, { model_type: "gemma2" }],
    [ropePattern, { model_type: "smollm3" }],
    [sparseStepPattern, { decoder_sparse_step: 2, mlp_only_layers: [] }],
    [firstDensePattern, { first_k_dense_replace: 2 }],
    [interleavedPattern, { model_type: "llama4", interleave_moe_layer_step: 2 }],
    [rangePattern, { moe_layer_start_index: 2, moe_layer_end_index: -1 }],
    [jambaAttention, { attn_layer_period: 4, attn_layer_offset: 2 }],
    [cyclicPattern, { block_types: ["recurrent", "attention"] }],
    [sharedKeysPattern, { num_kv_shared_layers: 3 }],
    [gptNeoPattern, { attention_types: [[["global", "local"], 4]] }],
  ];
  const orders = [
    [0, 1, 2, 3, 4, 5, 6, 7],
    [0, 1, 2, 3, 2, 3, 4, 5, 6, 7],
    [3, 2, 1],
    [0, 1, 0, 1, 6, 7],
    [2],
    [6, 7, 0],
  ];

  it.each(donors)("is read as the kinds it was written for (%#)", (pattern, values) => {
    const kinds = pattern.kinds(config(values)) ?? [];
    let written = 0;
    for (const order of orders) {
      const wanted = order.map((layer) => kinds[layer] ?? "");
      const edit = pattern.write?.(wanted, config(values, order.length));
      if (!edit) continue;
      written++;
      const read = pattern.kinds(config({ ...values, ...edit }, order.length));
      expect(read ?? order.map(() => pattern.plain)).toEqual(wanted);
    }
    expect(written).toBeGreaterThan(1);
  });

  it("is nothing where dense layers would lie between sparse ones and only their number counts", () => {
    const values = { first_k_dense_replace: 1 };
    expect(firstDensePattern.write?.(["dense", "sparse", "dense", "sparse"], config(values, 4))).toBeUndefined();
    expect(firstDensePattern.write?.(["dense", "sparse", "sparse"], config(values, 3))).toEqual({
      first_k_dense_replace: 1,
    });
  });

  it("is nothing where layers should slide and the config has no window", () => {
    expect(attentionPattern.write?.(["sliding_attention"], config({ model_type: "qwen2" }, 1))).toBeUndefined();
  });
});

describe("lists that speak of layers", () => {
  const values = {
    layers_block_type: ["mamba", "attention", "mamba", "mamba"],
    attn_layer_indices: [1],
    hybrid_override_pattern: "M*-M",
    moe_layers_enum: "2,3",
    linear_attn_config: { kda_layers: [1, 3, 4], full_attn_layers: [2] },
    num_kv_heads: [2, 2, 4, 4],
    vision_config: { layer_sizes: [1, 2, 3, 4] },
    rope_scaling: { short_factor: [1, 1, 1, 1] },
    eos_token_id: [5, 6, 7, 8],
    hidden_sizes: [1, 2, 3],
  };
  const lists = layerLists(values, 4, 0);

  it("are found by what they are, nested ones too, and others are not taken for them", () => {
    expect(lists.map(({ path, kind }) => `${path.join(".")} ${kind}`)).toEqual([
      "layers_block_type entries",
      "attn_layer_indices numbers",
      "hybrid_override_pattern letters",
      "moe_layers_enum number-text",
      "linear_attn_config.kda_layers numbers",
      "linear_attn_config.full_attn_layers numbers",
      "num_kv_heads entries",
    ]);
  });

  it("follow the layers", () => {
    const origins = [0, 1, 1, 2, 3].map((layer) => ({ config: values, layer }));
    expect(lists.map((list) => followLayers(list, origins))).toEqual([
      ["mamba", "attention", "attention", "mamba", "mamba"],
      [1, 2],
      "M**-M",
      "3,4",
      [1, 4, 5],
      [2, 3],
      [2, 2, 2, 4, 4],
    ]);
  });

  it("may have entries for modules behind the stack", () => {
    expect(layerLists({ layer_kinds: [0, 1, 0, 1, 1] }, 4, 1)).toMatchObject([{ kind: "entries" }]);
    expect(layerLists({ layer_kinds: [0, 1, 0, 1, 1] }, 4, 0)).toEqual([]);
  });
});
