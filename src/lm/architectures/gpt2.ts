import type { LinearSpec } from "../spec";
import { activationOf, type ForwardDefinition, layerNorm, layerNorms } from "./define";

/** Learnt positions, LayerNorms, matrices stored [inputs, outputs]. Its config has names of its own. */
export const gpt2: ForwardDefinition = {
  architectures: ["GPT2LMHeadModel"],
  spec(config) {
    const hidden = config.count("n_embd");
    const heads = config.count("n_head");
    const headDim = Math.floor(hidden / heads);
    const width = config.count("n_inner", 4 * hidden);
    const norm = layerNorm(config, "layer_norm_epsilon");
    const scale = config.flag("scale_attn_weights", true) ? headDim ** -0.5 : 1;
    const byLayer = config.flag("scale_attn_by_inverse_layer_idx", false);
    return {
      hidden,
      embedding: { table: "transformer.wte.weight", positions: "transformer.wpe.weight", scale: 1 },
      layers: Array.from({ length: config.count("n_layer") }, (_, layer) => ({
        attention: {
          heads,
          kvHeads: heads,
          headDim,
          projections: { kind: "stacked", qkv: conv1d("attn.c_attn", hidden, 3 * hidden) },
          output: conv1d("attn.c_proj", hidden, hidden),
          queryNorm: undefined,
          keyNorm: undefined,
          rope: undefined,
          scale: byLayer ? scale / (layer + 1) : scale,
          softCap: undefined,
          window: undefined,
        },
        mlp: {
          kind: "plain",
          up: conv1d("mlp.c_fc", hidden, width),
          down: conv1d("mlp.c_proj", width, hidden),
          activation: activationOf(config, "activation_function", "gelu_new"),
        },
        order: "sequential",
        norms: layerNorms(norm, { beforeAttention: "ln_1", beforeMlp: "ln_2" }),
        residualScale: 1,
      })),
      norm: norm("transformer.ln_f"),
      head: {
        table: "lm_head.weight",
        tied: config.flag("tie_word_embeddings", true),
        scale: 1,
        softCap: undefined,
      },
    };
  },
};

function conv1d(name: string, inputs: number, outputs: number): LinearSpec {
  return { name, inputs, outputs, layout: "columns" };
}
