import { ropeOf } from "../../forward/rope";
import { rms } from "../../forward/traits";
import { type ArchitectureDefinition, BLOCK_NORMS, linear, norms } from "../define";

/**
 * ChatGLM 2 and 3 and GLM-4 as they were first published, with code of their own (`modeling_chatglm.py`): one matrix of queries, keys
 * and values, one of gate and up, pairs of neighbours turn in half of each head. `rotary_pos_emb.inv_freq` is a buffer.
 */
export const chatGlm: ArchitectureDefinition = {
  architectures: ["ChatGLMModel", "ChatGLMForConditionalGeneration"],
  depthKey: "num_layers",
  root: "transformer.encoder.layers",
  pre: [{ name: "transformer.embedding.word_embeddings.weight", role: "embedding", embedding: true }],
  layer: [
    ...norms(BLOCK_NORMS),
    ...linear("self_attention.query_key_value", "qkv", "optional"),
    ...linear("self_attention.dense", "o", "optional"),
    ...linear("mlp.dense_h_to_4h", "gateUp", "optional"),
    ...linear("mlp.dense_4h_to_h", "down", "optional"),
  ],
  post: [
    ...linear("transformer.encoder.final_layernorm", "norm"),
    {
      name: "transformer.output_layer.weight",
      role: "head",
      optional: true,
      tied: ["transformer.embedding.word_embeddings.weight"],
      embedding: true,
    },
  ],
  tiedByDefault: false,
  forward(config) {
    const heads = config.count("num_attention_heads");
    const grouped = config.flag("multi_query_attention", false);
    return {
      norm: rms(config, 0, "layernorm_epsilon", 1e-5),
      sizes: {
        hidden: config.count("hidden_size"),
        heads,
        kvHeads: grouped ? config.count("multi_query_group_num", 1) : heads,
        headDim: config.count("kv_channels", 128),
      },
      fused: "stacked",
      attention: (_, { headDim }) => ({
        rope: ropeOf(config, {
          headDim,
          interleaved: true,
          partial: 0.5,
          theta: 10_000 * config.number("rope_ratio", 1),
        }),
      }),
      width: config.count("ffn_hidden_size"),
      activation: "silu",
    };
  },
};
