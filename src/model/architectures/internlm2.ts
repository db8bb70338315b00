import { type ArchitectureDefinition, linear, norms } from "./define";

export const internLm2: ArchitectureDefinition = {
  architectures: ["InternLM2ForCausalLM"],
  depthKey: "num_hidden_layers",
  root: "model.layers",
  pre: [{ name: "model.tok_embeddings.weight", embedding: true }],
  layer: [
    ...linear("attention.wqkv", "optional"),
    ...linear("attention.wo", "optional"),
    ...["w1", "w2", "w3"].flatMap((name) => linear(`feed_forward.${name}`)),
    ...norms("attention_norm", "ffn_norm"),
  ],
  post: [
    ...norms("model.norm"),
    { name: "output.weight", optional: true, tied: ["model.tok_embeddings.weight"], embedding: true },
  ],
  tiedByDefault: false,
};
