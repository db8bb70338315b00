import { rms } from "../forward/traits";
import { type ArchitectureDefinition, linear, norms } from "./define";

/** A Llama with other names, and for each key head its queries, key and value next to each other. */
export const internLm2: ArchitectureDefinition = {
  architectures: ["InternLM2ForCausalLM"],
  depthKey: "num_hidden_layers",
  root: "model.layers",
  pre: [{ name: "model.tok_embeddings.weight", role: "embedding", embedding: true }],
  layer: [
    ...linear("attention.wqkv", "qkv", "optional"),
    ...linear("attention.wo", "o", "optional"),
    ...linear("feed_forward.w1", "gate"),
    ...linear("feed_forward.w2", "down"),
    ...linear("feed_forward.w3", "up"),
    ...norms({ beforeAttention: "attention_norm", beforeMlp: "ffn_norm" }),
  ],
  post: [
    ...linear("model.norm", "norm"),
    { name: "output.weight", role: "head", optional: true, tied: ["model.tok_embeddings.weight"], embedding: true },
  ],
  tiedByDefault: false,
  forward: (config) => ({ norm: rms(config), fused: "grouped" }),
};
