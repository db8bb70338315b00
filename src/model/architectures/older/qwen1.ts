import { ropeOf } from "../../forward/rope";
import { activationOf, attentionSizes, rms } from "../../forward/traits";
import { type ArchitectureDefinition, linear, norms } from "../define";

/**
 * The first Qwen, which runs by code of its repository (`modeling_qwen.py`): queries, keys and values in one matrix with a bias, and
 * a gate that is called `w2`. `intermediate_size` counts both halves of the MLP.
 */
export const qwen1: ArchitectureDefinition = {
  architectures: ["QWenLMHeadModel"],
  depthKey: "num_hidden_layers",
  root: "transformer.h",
  pre: [{ name: "transformer.wte.weight", role: "embedding", embedding: true }],
  layer: [
    ...norms({ beforeAttention: "ln_1", beforeMlp: "ln_2" }),
    ...linear("attn.c_attn", "qkv", "optional"),
    ...linear("attn.c_proj", "o", "optional"),
    ...linear("mlp.w1", "up", "optional"),
    ...linear("mlp.w2", "gate", "optional"),
    ...linear("mlp.c_proj", "down", "optional"),
  ],
  post: [
    ...linear("transformer.ln_f", "norm"),
    { name: "lm_head.weight", role: "head", optional: true, tied: ["transformer.wte.weight"], embedding: true },
  ],
  tiedByDefault: false,
  forward: (config) => ({
    norm: rms(config, 0, "layer_norm_epsilon"),
    sizes: { ...attentionSizes(config), headDim: config.count("kv_channels", 128) },
    attention: (_, { headDim }) => ({ rope: ropeOf(config, { headDim }) }),
    width: Math.floor(config.count("intermediate_size") / 2),
    activation: activationOf(config, "hidden_act", "silu"),
  }),
};
