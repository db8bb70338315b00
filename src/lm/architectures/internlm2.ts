import { activationOf, decoder, type ForwardDefinition, linear, repeated, rms } from "./define";

/** A Llama with other names, and for each key head its queries, key and value next to each other. */
export const internLm2: ForwardDefinition = {
  architectures: ["InternLM2ForCausalLM"],
  spec(config) {
    const hidden = config.count("hidden_size");
    const width = config.count("intermediate_size");
    const spec = decoder(config, {
      norm: rms(config),
      norms: { beforeAttention: "attention_norm", beforeMlp: "ffn_norm" },
      attention: (_, { heads, kvHeads, headDim }) => ({
        projections: { kind: "grouped", qkv: linear("attention.wqkv", hidden, (heads + 2 * kvHeads) * headDim) },
        output: linear("attention.wo", heads * headDim, hidden),
      }),
      mlp: repeated(() => ({
        kind: "gated",
        gate: linear("feed_forward.w1", hidden, width),
        up: linear("feed_forward.w3", hidden, width),
        down: linear("feed_forward.w2", width, hidden),
        activation: activationOf(config, "hidden_act"),
      })),
    });
    return {
      ...spec,
      embedding: { ...spec.embedding, table: "model.tok_embeddings.weight" },
      head: { ...spec.head, table: "output.weight" },
    };
  },
};
