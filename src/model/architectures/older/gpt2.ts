import { activationOf, layerNorm } from "../../forward/traits";
import { type ArchitectureDefinition, linear } from "../define";

/**
 * Learnt positions, LayerNorms, matrices stored [inputs, outputs]; its config has names of its own. Early checkpoints lack the
 * `transformer.` in front; the output has it. Their attention masks are buffers.
 */
export const gpt2: ArchitectureDefinition = {
  architectures: ["GPT2LMHeadModel"],
  depthKey: "n_layer",
  root: "transformer.h",
  rootAliases: ["h"],
  pre: [
    { name: "transformer.wte.weight", role: "embedding", aliases: ["wte.weight"], embedding: true },
    { name: "transformer.wpe.weight", role: "positions", aliases: ["wpe.weight"] },
  ],
  layer: [
    ...linear("ln_1", "beforeAttention", "required"),
    ...linear("attn.c_attn", "qkv", "required"),
    ...linear("attn.c_proj", "o", "required"),
    ...linear("ln_2", "beforeMlp", "required"),
    ...linear("mlp.c_fc", "up", "required"),
    ...linear("mlp.c_proj", "down", "required"),
  ],
  post: [
    { name: "transformer.ln_f.weight", role: "norm", aliases: ["ln_f.weight"] },
    { name: "transformer.ln_f.bias", aliases: ["ln_f.bias"] },
    {
      name: "lm_head.weight",
      role: "head",
      optional: true,
      tied: ["transformer.wte.weight", "wte.weight"],
      embedding: true,
    },
  ],
  tiedByDefault: true,
  forward(config) {
    const hidden = config.count("n_embd");
    const heads = config.count("n_head");
    const headDim = Math.floor(hidden / heads);
    const scale = config.flag("scale_attn_weights", true) ? headDim ** -0.5 : 1;
    const byLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
    return {
      norm: layerNorm(config, "layer_norm_epsilon"),
      sizes: { hidden, heads, kvHeads: heads, headDim },
      attention: (layer) => ({ rope: undefined, scale: byLayer ? scale / (layer + 1) : scale }),
      matrices: "columns",
      width: config.count("n_inner", 4 * hidden),
      activation: activationOf(config, "activation_function", "gelu_new"),
    };
  },
};
