import { activationOf, decoder, type ForwardDefinition, layerNorm, linear, repeated } from "./define";

/** LayerNorms and a plain MLP of two matrices; biases where the checkpoint has them. */
export const starcoder2: ForwardDefinition = {
  architectures: ["Starcoder2ForCausalLM"],
  spec(config) {
    const hidden = config.count("hidden_size");
    const width = config.count("intermediate_size");
    const window = config.optionalNumber("sliding_window");
    return decoder(config, {
      norm: layerNorm(config, "norm_epsilon"),
      attention: () => ({ window }),
      mlp: repeated(() => ({
        kind: "plain",
        up: linear("mlp.c_fc", hidden, width),
        down: linear("mlp.c_proj", width, hidden),
        activation: activationOf(config, "hidden_act", "gelu_pytorch_tanh"),
      })),
      tied: true,
    });
  },
};
