import { activationOf, decoder, type ForwardDefinition, linear, repeated, rms } from "./define";

/** Queries, keys and values in one matrix, gate and up in another. */
export const phi3: ForwardDefinition = {
  architectures: ["Phi3ForCausalLM"],
  spec(config) {
    const hidden = config.count("hidden_size");
    const width = config.count("intermediate_size");
    const window = config.optionalNumber("sliding_window");
    return decoder(config, {
      norm: rms(config),
      attention: (_, { heads, kvHeads, headDim }) => ({
        projections: {
          kind: "stacked",
          qkv: linear("self_attn.qkv_proj", hidden, (heads + 2 * kvHeads) * headDim),
        },
        window,
      }),
      mlp: repeated(() => ({
        kind: "fused-gated",
        gateUp: linear("mlp.gate_up_proj", hidden, 2 * width),
        down: linear("mlp.down_proj", width, hidden),
        activation: activationOf(config, "hidden_act"),
      })),
    });
  },
};
