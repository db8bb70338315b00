import { type ArchitectureDefinition, linear } from "./define";

/** The causal-mask buffers of old checkpoints (`attention.bias`, `attention.masked_bias`) are not weights. */
export const gptNeox: ArchitectureDefinition = {
  architectures: ["GPTNeoXForCausalLM"],
  depthKey: "num_hidden_layers",
  root: "gpt_neox.layers",
  pre: [{ name: "gpt_neox.embed_in.weight", embedding: true }],
  layer: [
    ...linear("input_layernorm", "required"),
    ...linear("attention.query_key_value", "optional"),
    ...linear("attention.dense", "optional"),
    ...linear("post_attention_layernorm", "required"),
    ...linear("mlp.dense_h_to_4h", "required"),
    ...linear("mlp.dense_4h_to_h", "required"),
  ],
  post: [
    ...linear("gpt_neox.final_layer_norm", "required"),
    { name: "embed_out.weight", optional: true, tied: ["gpt_neox.embed_in.weight"], embedding: true },
  ],
  tiedByDefault: false,
};
