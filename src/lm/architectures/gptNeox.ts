import { ropeOf } from "../forward/rope";
import { activationOf, attentionSizes, type ForwardDefinition, layerNorm, layerNorms, linear } from "./define";

/** LayerNorms, a quarter of each head turns, the halves side by side, each behind a norm of its own. */
export const gptNeox: ForwardDefinition = {
  architectures: ["GPTNeoXForCausalLM"],
  spec(config) {
    const { hidden, heads, headDim } = attentionSizes(config);
    const width = config.count("intermediate_size");
    const norm = layerNorm(config);
    return {
      hidden,
      embedding: { table: "gpt_neox.embed_in.weight", positions: undefined, scale: 1 },
      layers: Array.from({ length: config.count("num_hidden_layers") }, () => ({
        attention: {
          heads,
          kvHeads: heads,
          headDim,
          projections: { kind: "grouped", qkv: linear("attention.query_key_value", hidden, 3 * hidden) },
          output: linear("attention.dense", hidden, hidden),
          queryNorm: undefined,
          keyNorm: undefined,
          rope: ropeOf(config, { headDim, partial: 0.25 }),
          scale: headDim ** -0.5,
          softCap: undefined,
          window: undefined,
        },
        mlp: {
          kind: "plain",
          up: linear("mlp.dense_h_to_4h", hidden, width),
          down: linear("mlp.dense_4h_to_h", width, hidden),
          activation: activationOf(config, "hidden_act", "gelu"),
        },
        order: config.flag("use_parallel_residual", true) ? "parallel" : "sequential",
        norms: layerNorms(norm, { beforeAttention: "input_layernorm", beforeMlp: "post_attention_layernorm" }),
        residualScale: 1,
      })),
      norm: norm("gpt_neox.final_layer_norm"),
      head: {
        table: "embed_out.weight",
        tied: config.flag("tie_word_embeddings", false),
        scale: 1,
        softCap: undefined,
      },
    };
  },
};
