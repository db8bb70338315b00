import { describe, expect, it } from "vitest";
import { toyCheckpoint, toyLlama } from "../checkpoint.testing";
import { layerGroups } from "./layerOf";

const ids = (groups: readonly { readonly id: string }[]) => groups.map(({ id }) => id);

describe("layerGroups", () => {
  it("divides a model from the embedding to the head", () => {
    const { groups, depth } = layerGroups(toyLlama("a", { layers: 9 }), 4);
    expect(depth).toBe(9);
    expect(groups).toEqual([
      { id: "embedding", kind: "embedding", from: 0, to: 0 },
      { id: "layers 0–3", kind: "layers", from: 0, to: 4 },
      { id: "layers 4–7", kind: "layers", from: 4, to: 8 },
      { id: "layer 8", kind: "layers", from: 8, to: 9 },
      { id: "head", kind: "head", from: 9, to: 9 },
    ]);
  });

  it("says where a tensor belongs", () => {
    const { groupOf, layerOf } = layerGroups(toyLlama("a", { layers: 12 }), 4);
    expect(groupOf("model.embed_tokens.weight").id).toBe("embedding");
    expect(groupOf("model.layers.11.self_attn.q_proj.weight").id).toBe("layers 8–11");
    expect(groupOf("model.norm.weight").id).toBe("head");
    expect(groupOf("lm_head.weight").id).toBe("head");
    expect(layerOf("model.layers.11.mlp.up_proj.weight")).toBe(11);
    expect(layerOf("lm_head.weight")).toBeUndefined();
  });

  it("counts a head that is the embedding to the embedding", () => {
    const tied = toyLlama("a", { config: { tie_word_embeddings: true } });
    expect(layerGroups(tied, 2).groupOf("lm_head.weight").id).toBe("embedding");
    expect(layerGroups(tied, 2).groupOf("model.norm.weight").id).toBe("head");
    const gemma = toyLlama("b", { config: { architectures: ["GemmaForCausalLM"], tie_word_embeddings: undefined } });
    expect(layerGroups(gemma, 2).groupOf("lm_head.weight").id).toBe("embedding");
  });

  it("knows other names that files have", () => {
    const tensors = {
      "wte.weight": [4, 2],
      "wpe.weight": [4, 2],
      "h.0.ln_1.weight": [2],
      "h.1.ln_1.weight": [2],
      "ln_f.weight": [2],
    };
    const { groups, groupOf } = layerGroups(
      toyCheckpoint("a", { architectures: ["GPT2LMHeadModel"], n_layer: 2 }, tensors),
      1,
    );
    expect(ids(groups)).toEqual(["embedding", "layer 0", "layer 1", "head"]);
    expect(Object.keys(tensors).map((name) => groupOf(name).id)).toEqual([
      "embedding",
      "embedding",
      "layer 0",
      "layer 1",
      "head",
    ]);
    expect(groupOf("transformer.h.1.ln_1.weight").id).toBe("layer 1");
  });

  it("infers what nobody described, and leaves empty groups out", () => {
    const own = toyCheckpoint(
      "a",
      { architectures: ["OwnModel"], vocab_size: 6 },
      {
        "tok.weight": [6, 2],
        "blocks.0.w": [2, 2],
        "blocks.1.w": [2, 2],
        "blocks.2.w": [2, 2],
      },
    );
    const { groups, groupOf } = layerGroups(own, 2);
    expect(ids(groups)).toEqual(["embedding", "layers 0–1", "layer 2"]);
    expect(groupOf("blocks.2.w").id).toBe("layer 2");
  });

  it("takes the deepest of several stacks", () => {
    const tensors = Object.fromEntries([
      ...[0, 1].map((layer) => [`vision.layers.${layer}.w`, [2]] as const),
      ...[0, 1, 2].map((layer) => [`text.layers.${layer}.w`, [2]] as const),
    ]);
    const { depth, groupOf } = layerGroups(toyCheckpoint("a", { architectures: ["Both"] }, tensors), 3);
    expect(depth).toBe(3);
    expect([groupOf("vision.layers.1.w").id, groupOf("text.layers.1.w").id]).toEqual(["embedding", "layers 0–2"]);
  });

  it("wants groups of at least one layer", () => {
    expect(() => layerGroups(toyLlama("a"), 0)).toThrow(RangeError);
  });
});
