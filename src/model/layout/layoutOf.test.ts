import { describe, expect, it } from "vitest";
import { architectures } from "../architectures";
import { toyCheckpoint, toyLlama } from "../checkpoint.testing";
import { modelFacts } from "../facts";
import { findTensor, isBuffer } from "./layout";
import { layoutOf } from "./layoutOf";

const names = (weights: readonly { readonly name: string }[] = []) => weights.map(({ name }) => name);

describe("layoutOf, by definition", () => {
  it("names each architecture once", () => {
    const all = architectures.flatMap((definition) => definition.architectures);
    expect(new Set(all).size).toBe(all.length);
  });

  it("has a place for every tensor of a Llama, and calls none unknown", () => {
    const layout = layoutOf([toyLlama("a")], "LlamaForCausalLM");
    expect(layout.unnamed).toEqual([]);
    expect(layout.modules[0]?.depths.get("a")).toBe(4);
    expect(names(layout.modules[0]?.post)).toEqual(["model.norm.weight", "lm_head.weight"]);
  });

  it("keeps tensors that the definition does not name", () => {
    const extra = {
      "model.layers.1.self_attn.q_norm.weight": [8],
      "vision.patch.weight": [3, 3],
      "model.layers.0.self_attn.rotary_emb.inv_freq": [4],
    };
    const layout = layoutOf([toyLlama("a"), toyLlama("b", { extra })], "LlamaForCausalLM");
    const [module] = layout.modules;
    expect(names(module?.layer)).toEqual(
      expect.arrayContaining([
        "model.layers.{layer}.self_attn.q_norm.weight",
        "model.layers.{layer}.self_attn.rotary_emb.inv_freq",
      ]),
    );
    expect(names(module?.pre)).toEqual(expect.arrayContaining(["vision.patch.weight"]));
    expect(layout.unnamed).toEqual(["model.layers.1.self_attn.q_norm.weight", "vision.patch.weight"]);
  });

  it("lets a tied head be found in the embedding", () => {
    const tied = toyLlama("a", { head: false });
    const head = layoutOf([tied], "LlamaForCausalLM").modules[0]?.post.find(({ name }) => name === "lm_head.weight");
    expect(head && findTensor(tied, head, undefined)).toMatchObject({
      own: false,
      tensor: { name: "model.embed_tokens.weight" },
    });
  });

  it("finds GPT-2 weights with and without the outer module", () => {
    const bare = toyCheckpoint(
      "a",
      { n_layer: 1 },
      { "wte.weight": [4, 2], "h.0.ln_1.weight": [2], "h.0.attn.bias": [1] },
    );
    const layout = layoutOf([bare], "GPT2LMHeadModel");
    const norm = layout.modules[0]?.layer.find(({ name }) => name.endsWith("ln_1.weight"));
    expect(norm && findTensor(bare, norm, 0)?.tensor.name).toBe("h.0.ln_1.weight");
    expect(layout.unnamed).toEqual([]);
  });

  it("takes experts as a family that all inputs must share", () => {
    const expert = "model.layers.0.block_sparse_moe.experts.3.w1.weight";
    const layout = layoutOf([toyLlama("a", { extra: { [expert]: [8, 8] } })], "MixtralForCausalLM");
    const weight = layout.modules[0]?.layer.find(({ name }) => name.endsWith("experts.3.w1.weight"));
    expect(weight).toMatchObject({ presence: "together" });
  });

  it("tells buffers from weights", () => {
    expect(isBuffer("model.layers.0.self_attn.rotary_emb.inv_freq")).toBe(true);
    expect(isBuffer("transformer.h.0.attn.masked_bias")).toBe(true);
    expect(isBuffer("transformer.h.0.attn.c_attn.bias")).toBe(false);
  });
});

describe("layoutOf, from headers", () => {
  const config = { vocab_size: 20 };

  it("finds layers, embedding and head, and ties by absence", () => {
    const tensors = {
      "net.emb.weight": [20, 4],
      "net.blocks.0.w": [4, 4],
      "net.blocks.1.w": [4, 4],
      "net.ln.weight": [4],
    };
    const untied = toyCheckpoint("a", config, { ...tensors, "net.out.weight": [20, 4] });
    const tied = toyCheckpoint("b", config, tensors);
    const { modules } = layoutOf([untied, tied], "NobodyForCausalLM");
    expect(modules).toHaveLength(1);
    const [module] = modules;
    expect([...(module?.depths ?? [])]).toEqual([
      ["a", 2],
      ["b", 2],
    ]);
    expect(names(module?.pre)).toEqual(["net.emb.weight"]);
    expect(names(module?.layer)).toEqual(["net.blocks.{layer}.w"]);
    const head = module?.post.find(({ name }) => name === "net.out.weight");
    expect(head).toMatchObject({ tied: ["net.emb.weight"], embedding: true });
    expect(names(module?.post)).toEqual(["net.ln.weight", "net.out.weight"]);
  });

  it("makes a module of every stack and loses no tensor", () => {
    const tensors = {
      "vision.layers.0.w": [2],
      "vision.layers.1.w": [2],
      "text.layers.0.mlp.experts.7.w": [2],
      "projector.weight": [2, 2],
    };
    const model = toyCheckpoint("a", config, tensors);
    const { modules } = layoutOf([model], undefined);
    expect(modules.map(({ name }) => name)).toEqual(["default", "vision.layers", "text.layers"]);
    const found = modules.flatMap(({ pre, layer, post, depths }) => [
      ...names([...pre, ...post]),
      ...layer.flatMap((weight) =>
        Array.from({ length: depths.get("a") ?? 0 }, (_, at) => findTensor(model, weight, at)?.tensor.name),
      ),
    ]);
    expect(found.filter(Boolean).toSorted()).toEqual(Object.keys(tensors).toSorted());
  });
});

describe("modelFacts", () => {
  it("counts parameters, bytes and layers", () => {
    const model = toyLlama("a", { extra: { extra: { dtype: "I64", shape: [3] } }, dtype: "BF16" });
    const parameters = 2 * 16 * 8 + 8 + 4 * (4 * 64 + 3 * 128 + 16) + 3;
    expect(modelFacts(model)).toEqual({
      architecture: "LlamaForCausalLM",
      parameters,
      bytes: 2 * (parameters - 3) + 24,
      dtypes: [
        { dtype: "BF16", bytes: 2 * (parameters - 3) },
        { dtype: "I64", bytes: 24 },
      ],
      layers: 4,
    });
  });

  it("does without a config's help", () => {
    const bare = toyCheckpoint("a", { model_type: "odd" }, { "e.weight": [5, 2], "l.0.w": [2], "l.1.w": [2] });
    expect(modelFacts(bare)).toMatchObject({ architecture: "odd", layers: 2 });
  });
});
