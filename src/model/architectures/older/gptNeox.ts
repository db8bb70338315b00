import { ropeOf } from "../../forward/rope";
import { activationOf, layerNorm } from "../../forward/traits";
import { type ArchitectureDefinition, BLOCK_NORMS, linear, norms } from "../define";

/**
 * LayerNorms, a quarter of each head turns, the halves side by side, each behind a norm of its own. The causal-mask buffers of old
 * checkpoints (`attention.bias`, `attention.masked_bias`) are not weights.
 */
export const gptNeox: ArchitectureDefinition = {
  architectures: ["GPTNeoXForCausalLM"],
  depthKey: "num_hidden_layers",
  root: "gpt_neox.layers",
  pre: [{ name: "gpt_neox.embed_in.weight", role: "embedding", embedding: true }],
  layer: [
    ...norms(BLOCK_NORMS, "required"),
    ...linear("attention.query_key_value", "qkv", "optional"),
    ...linear("attention.dense", "o", "optional"),
    ...linear("mlp.dense_h_to_4h", "up", "required"),
    ...linear("mlp.dense_4h_to_h", "down", "required"),
  ],
  post: [
    ...linear("gpt_neox.final_layer_norm", "norm", "required"),
    { name: "embed_out.weight", role: "head", optional: true, tied: ["gpt_neox.embed_in.weight"], embedding: true },
  ],
  tiedByDefault: false,
  forward: (config) => ({
    norm: layerNorm(config),
    order: config.flag("use_parallel_residual", true) ? "parallel" : "sequential",
    attention: (_, { headDim }) => ({ rope: ropeOf(config, { headDim, partial: 0.25 }) }),
    fused: "grouped",
    activation: activationOf(config, "hidden_act", "gelu"),
  }),
};
