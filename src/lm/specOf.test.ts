import { describe, expect, it } from "vitest";
import { architectures } from "../model/architectures";
import type { LayerSpec } from "../model/forward/spec";
import type { JsonObject } from "../model/model";
import { checkBorneOut } from "./borneOut";
import { specOf } from "./specOf";

/** A config of sizes that every architecture can make something of. */
const sizes = {
  hidden_size: 32,
  intermediate_size: 48,
  num_attention_heads: 4,
  num_hidden_layers: 6,
  moe_intermediate_size: 16,
  n_embd: 32,
  n_head: 4,
  n_layer: 6,
  num_layers: 6,
  ffn_hidden_size: 64,
};
const layers = (architecture: string, config: JsonObject = {}) =>
  specOf({ architectures: [architecture], ...sizes, ...config }).layers;
const windows = (architecture: string, config: JsonObject) =>
  layers(architecture, config).map(({ attention }) => attention.window ?? 0);
const rotates = (all: readonly LayerSpec[]) => all.map(({ attention }) => (attention.rope ? 1 : 0));

describe("specOf", () => {
  const measured = architectures.filter(({ forward }) => forward);
  it.each(measured.flatMap((definition) => definition.architectures))("knows %s, as merging does", (name) => {
    expect(layers(name)).toHaveLength(6);
  });

  it("says what it knows when it does not know", () => {
    const found = { code: "lm/architecture", facts: expect.objectContaining({ found: "RwkvForCausalLM" }) };
    expect(() => specOf({ architectures: ["RwkvForCausalLM"] })).toThrow(expect.objectContaining(found));
    expect(() => specOf({})).toThrow(expect.objectContaining({ code: "lm/architecture" }));
  });

  it.each([
    [{ hidden_size: null }, "lm/config", "hidden_size"],
    [{ num_attention_heads: 2.5 }, "lm/config", "num_attention_heads"],
    [{ rms_norm_eps: "small" }, "lm/config", "rms_norm_eps"],
    [{ tie_word_embeddings: "no" }, "lm/config", "tie_word_embeddings"],
    [{ rope_scaling: "yarn" }, "lm/config", "rope_scaling"],
    [{ hidden_act: "mish" }, "lm/unsupported", "hidden_act"],
  ])("refuses %o", (config, code, key) => {
    expect(() => layers("LlamaForCausalLM", config)).toThrow(
      expect.objectContaining({ code, facts: expect.objectContaining({ key }) }),
    );
  });

  it("names a kind of layer that it does not know", () => {
    expect(() => layers("Qwen3ForCausalLM", { layer_types: ["linear_attention"] })).toThrow(
      expect.objectContaining({ code: "lm/unsupported" }),
    );
  });
});

it.each([
  ["num_hidden_layers", 1_000_000_000],
  ["num_attention_heads", 1_000_000_000],
  ["num_key_value_heads", 1_000_000_000],
])("%s: %i is refused before anything is made of that many", (key, count) => {
  const tensors = new Map([["a", { name: "a", dtype: "F32" as const, shape: [16, 8] }]]);
  expect(() => checkBorneOut({ [key]: count }, tensors)).toThrow(
    expect.objectContaining({ code: "lm/config", facts: expect.objectContaining({ key, found: String(count) }) }),
  );
  expect(() => checkBorneOut({ [key]: 1 }, tensors)).not.toThrow();
});

describe("sliding windows", () => {
  it.each<[string, JsonObject, readonly number[]]>([
    ["MistralForCausalLM", {}, [4096, 4096, 4096, 4096, 4096, 4096]],
    ["MistralForCausalLM", { sliding_window: null }, [0, 0, 0, 0, 0, 0]],
    ["MistralForCausalLM", { sliding_window: 8 }, [8, 8, 8, 8, 8, 8]],
    ["MixtralForCausalLM", {}, [0, 0, 0, 0, 0, 0]],
    ["Phi3ForCausalLM", { sliding_window: 8 }, [8, 8, 8, 8, 8, 8]],
    ["Qwen2ForCausalLM", { sliding_window: 8, max_window_layers: 4 }, [0, 0, 0, 0, 0, 0]],
    ["Qwen2ForCausalLM", { sliding_window: 8, max_window_layers: 4, use_sliding_window: true }, [0, 0, 0, 0, 8, 8]],
    ["Qwen3MoeForCausalLM", { sliding_window: 8, use_sliding_window: true }, [8, 8, 8, 8, 8, 8]],
    ["Gemma2ForCausalLM", { sliding_window: 8 }, [8, 0, 8, 0, 8, 0]],
    ["Gemma3ForCausalLM", { sliding_window: 8 }, [8, 8, 8, 8, 8, 0]],
    ["Gemma3ForCausalLM", { sliding_window: 8, sliding_window_pattern: 3 }, [8, 8, 0, 8, 8, 0]],
    ["Cohere2ForCausalLM", { sliding_window: 8 }, [8, 8, 8, 0, 8, 8]],
    ["SmolLM3ForCausalLM", { sliding_window: 8, use_sliding_window: true }, [0, 0, 0, 8, 0, 0]],
  ])("of %s with %o", (architecture, config, expected) => {
    expect(windows(architecture, config)).toEqual(expected);
  });

  it("follow layer_types where a config has them", () => {
    const types = ["full_attention", "sliding_attention", "full_attention"];
    const layer_types = [...types, ...types];
    expect(windows("Gemma2ForCausalLM", { sliding_window: 8, layer_types })).toEqual([0, 8, 0, 0, 8, 0]);
    const config = { sliding_window: 8, layer_types, use_sliding_window: true };
    expect(windows("Qwen2ForCausalLM", config)).toEqual([0, 8, 0, 0, 8, 0]);
  });
});

describe("positions", () => {
  it("are left out in some layers", () => {
    expect(rotates(layers("SmolLM3ForCausalLM"))).toEqual([1, 1, 1, 0, 1, 1]);
    expect(rotates(layers("SmolLM3ForCausalLM", { no_rope_layers: [1, 0, 1, 0, 1, 0] }))).toEqual([1, 0, 1, 0, 1, 0]);
    expect(rotates(layers("Cohere2ForCausalLM"))).toEqual([1, 1, 1, 0, 1, 1]);
    expect(rotates(layers("GPT2LMHeadModel"))).toEqual([0, 0, 0, 0, 0, 0]);
  });

  it("have, in Gemma 3, a base for each kind of layer, said in the old way or the new", () => {
    const scaling = { rope_type: "linear", factor: 8 };
    const old = layers("Gemma3ForCausalLM", {
      rope_theta: 500,
      rope_local_base_freq: 20,
      rope_scaling: scaling,
    });
    const now = layers("Gemma3ForCausalLM", {
      rope_parameters: {
        full_attention: { ...scaling, rope_theta: 500 },
        sliding_attention: { rope_type: "default", rope_theta: 20 },
      },
    });
    expect(old).toEqual(now);
    expect(old.map(({ attention }) => attention.rope?.theta)).toEqual([20, 20, 20, 20, 20, 500]);
    expect(old[5]?.attention.rope?.scaling).toEqual({ type: "linear", factor: 8 });
    const silent = layers("Gemma3ForCausalLM").map(({ attention }) => attention.rope?.theta);
    expect(silent).toEqual([10_000, 10_000, 10_000, 10_000, 10_000, 1_000_000]);
  });
});

describe("layers", () => {
  it("are dense or of experts where Qwen's config says so", () => {
    const kinds = (config: JsonObject) => layers("Qwen3MoeForCausalLM", config).map(({ mlp }) => mlp.kind);
    const [dense, sparse] = ["gated", "experts"];
    expect(kinds({})).toEqual([sparse, sparse, sparse, sparse, sparse, sparse]);
    expect(kinds({ decoder_sparse_step: 2 })).toEqual([dense, sparse, dense, sparse, dense, sparse]);
    expect(kinds({ mlp_only_layers: [0, 4] })).toEqual([dense, sparse, sparse, sparse, dense, sparse]);
  });

  it("scale their scores by number where GPT-2's config says so", () => {
    const scales = layers("GPT2LMHeadModel", { scale_attn_by_inverse_layer_idx: true }).map(
      ({ attention }) => attention.scale * Math.sqrt(8),
    );
    expect(scales.map((scale) => Math.round(1 / scale))).toEqual([1, 2, 3, 4, 5, 6]);
    expect(layers("GPT2LMHeadModel", { scale_attn_weights: false })[3]?.attention.scale).toBe(1);
  });

  it("have GPT-NeoX halves one after the other where its config says so", () => {
    expect(layers("GPTNeoXForCausalLM")[0]?.order).toBe("parallel");
    expect(layers("GPTNeoXForCausalLM", { use_parallel_residual: false })[0]?.order).toBe("sequential");
  });
});
