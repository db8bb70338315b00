import { describe, expect, it } from "vitest";
import { adapterRanks } from "./adapter";
import { factors, testAdapter } from "./adapters.testing";

const ones = (count: number) => new Float32Array(count).fill(1);

/** Query and value projections of two layers, ranks as given. */
function fourModules(ranks: readonly number[]) {
  const modules = [0, 1].flatMap((layer) =>
    ["q_proj", "v_proj"].map((name) => `model.layers.${layer}.self_attn.${name}`),
  );
  return Object.assign(
    {},
    ...modules.map((module, at) => {
      const rank = ranks[at] ?? 4;
      return factors(module, [6, rank, 5], [ones(rank * 5), ones(6 * rank)]);
    }),
  );
}

const scales = (config: object, ranks: readonly number[] = [4, 4, 4, 4]) =>
  testAdapter({ ...config }, fourModules(ranks)).adapter?.products.map(({ scale }) => scale);

describe("the scale of an adapter", () => {
  it("is alpha over rank, with rsLoRA over its root, and 8 where the config is silent", () => {
    expect(scales({ r: 4, lora_alpha: 8 })).toEqual([2, 2, 2, 2]);
    expect(scales({ r: 4, lora_alpha: 8, use_rslora: true })).toEqual([4, 4, 4, 4]);
    expect(scales({}, [8, 8, 8, 8])).toEqual([1, 1, 1, 1]);
  });

  it("follows rank_pattern and alpha_pattern: ends of names, whole names, expressions, the first that matches", () => {
    const config = { r: 4, lora_alpha: 8, rank_pattern: { "layers.1.self_attn.v_proj": 2 } };
    expect(scales({ ...config, alpha_pattern: { q_proj: 1 } }, [4, 4, 4, 2])).toEqual([0.25, 2, 0.25, 4]);
    const alphas = { "model\\.layers\\.[1-9].*": 16, "model.layers.0.self_attn.q_proj": 12, ".*": 4 };
    expect(scales({ ...config, alpha_pattern: alphas }, [4, 4, 4, 2])).toEqual([3, 1, 4, 8]);
    expect(scales({ ...config, alpha_pattern: { roj: 100 } }, [4, 4, 4, 2])).toEqual([2, 2, 2, 4]); // no part of a name
  });

  it("says the ranks that there are, and takes none for no change", () => {
    const config = { r: 4, lora_alpha: 8, rank_pattern: { "layers.0.self_attn.q_proj": 0 } };
    const { adapter } = testAdapter(config, fourModules([0, 4, 4, 4]));
    expect(adapter && adapterRanks(adapter)).toEqual([0, 4]);
    expect(adapter?.products[0]).toMatchObject({ rank: 0, scale: 0 });
  });
});

it("knows embeddings, biases of B, whole modules, and what peft's wrappers add to names", () => {
  const { adapter } = testAdapter(
    { r: 2, lora_alpha: 2 },
    {
      "model.embed_tokens.lora_embedding_A": { shape: [2, 9], values: ones(18) },
      "model.embed_tokens.lora_embedding_B": { shape: [4, 2], values: ones(8) },
      "model.layers.0.mlp.up_proj.lora_A.default.weight": { shape: [2, 4], values: ones(8) },
      "model.layers.0.mlp.up_proj.lora_B.default.weight": { shape: [6, 2], values: ones(12) },
      "model.layers.0.mlp.up_proj.lora_B.bias": { shape: [6], values: ones(6) },
      "model.layers.0.mlp.down_proj.base_layer.bias": { shape: [4], values: ones(4) },
      "lm_head.modules_to_save.default.weight": { shape: [9, 4], values: ones(36) },
    },
  );
  expect(adapter).toMatchObject({
    base: "org/m",
    products: [
      { module: "model.embed_tokens", kind: "embedding", rank: 2 },
      { module: "model.layers.0.mlp.up_proj", kind: "linear", bias: { shape: [6] } },
    ],
    replacements: [{ name: "model.layers.0.mlp.down_proj.bias" }, { name: "lm_head.weight" }],
  });
});

describe("what is no plain LoRA is refused by its name", () => {
  const config = { r: 4, lora_alpha: 8 };
  it.each([
    [{ peft_type: "IA3" }, '"IA3"'],
    [{ peft_type: "LOHA" }, '"LOHA"'],
    [{ peft_type: undefined }, "no peft_type"],
    [{ use_dora: true }, "DoRA"],
    [{ use_qalora: true }, "QALoRA"],
    [{ alora_invocation_tokens: [1, 2] }, "aLoRA"],
    [
      {
        layer_replication: [
          [0, 2],
          [1, 3],
        ],
      },
      "replicated layers",
    ],
    [{ target_parameters: ["mlp.experts.gate_up_proj"] }, "packed experts"],
    [{ trainable_token_indices: { embed_tokens: [3] } }, "trained tokens"],
    [{ init_lora_weights: "pissa_niter_16" }, "pissa_niter_16"],
  ])("%j", (odd, said) => {
    expect(() => testAdapter({ ...config, ...odd }, fourModules([4, 4, 4, 4]))).toThrow(
      expect.objectContaining({ code: "adapter/kind", message: expect.stringContaining(said) }),
    );
  });

  it("a magnitude among the tensors", () => {
    const tensors = {
      ...fourModules([4, 4, 4, 4]),
      "model.layers.0.self_attn.q_proj.lora_magnitude_vector": { shape: [6], values: ones(6) },
    };
    expect(() => testAdapter(config, tensors)).toThrow(expect.objectContaining({ code: "adapter/kind" }));
  });

  it("settings that are there and change nothing are no kind of their own", () => {
    const plain = {
      use_dora: false,
      layer_replication: null,
      target_parameters: [],
      loftq_config: {},
      init_lora_weights: "gaussian",
    };
    expect(scales({ ...config, ...plain })).toEqual([2, 2, 2, 2]);
  });
});

describe("an adapter whose files do not agree is refused", () => {
  const config = { r: 4, lora_alpha: 8 };
  const code = (odd: object, tensors: Parameters<typeof testAdapter>[1]) => {
    try {
      testAdapter({ ...config, ...odd }, tensors);
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it("with both numbers, where its ranks are others", () => {
    expect(code({}, fourModules([4, 8, 4, 4]))).toMatchObject({
      code: "adapter/rank",
      facts: { module: "model.layers.0.self_attn.v_proj", found: 8, expected: 4 },
    });
  });

  it("where a factor is missing, or does not fit the other", () => {
    const { "model.layers.0.self_attn.q_proj.lora_B.weight": _, ...half } = fourModules([4, 4, 4, 4]);
    expect(code({}, half)).toMatchObject({
      code: "adapter/half",
      facts: { expected: "model.layers.0.self_attn.q_proj.lora_B" },
    });
    const odd = {
      ...fourModules([4, 4, 4, 4]),
      "model.layers.0.self_attn.q_proj.lora_B.weight": { shape: [6, 3], values: ones(18) },
    };
    expect(code({}, odd)).toMatchObject({ code: "adapter/factors", facts: { a: "[4, 5]", b: "[6, 3]" } });
  });

  it("where a number is none, a pattern cannot be read, or a tensor is nothing that LoRA has", () => {
    const tensors = fourModules([4, 4, 4, 4]);
    expect(code({ lora_alpha: "8" }, tensors)).toMatchObject({
      code: "adapter/config",
      facts: { key: "lora_alpha", found: "8" },
    });
    expect(code({ r: -1 }, tensors)).toMatchObject({ code: "adapter/config", facts: { key: "r" } });
    for (const pattern of [{ "(": 2 }, { q_proj: "2" }, 3]) {
      expect(code({ rank_pattern: pattern }, tensors)).toMatchObject({
        code: "adapter/config",
        facts: { key: "rank_pattern" },
      });
    }
    const odd = { ...tensors, "model.x.lora_C.weight": { shape: [1], values: [1] } };
    expect(code({}, odd)).toMatchObject({ code: "adapter/tensor" });
  });

  it("soon, where a pattern is made to take for ever", () => {
    const evil = code({ alpha_pattern: { "(a+)+b.*(.*)*x": 2 } }, fourModules([4, 4, 4, 4]));
    expect(evil).toBeUndefined(); // matches nothing
  });
});
