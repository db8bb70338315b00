import { activationOf, layerNorm } from "../forward/traits";
import { attention, BLOCK_NORMS, decoder, linear, norms } from "./define";

/** LayerNorms with biases and a plain two-matrix MLP; the other biases follow `use_bias`. */
export const starcoder2 = decoder({
  architectures: ["Starcoder2ForCausalLM"],
  layer: [
    ...attention({ qkv: "optional", o: "optional" }),
    ...linear("mlp.c_fc", "up", "optional"),
    ...linear("mlp.c_proj", "down", "optional"),
    ...norms(BLOCK_NORMS, "required"),
  ],
  post: linear("model.norm", "norm", "required"),
  tiedByDefault: true,
  forward(config) {
    const window = config.optionalNumber("sliding_window");
    return {
      norm: layerNorm(config, "norm_epsilon"),
      attention: () => ({ window }),
      activation: activationOf(config, "hidden_act", "gelu_pytorch_tanh"),
    };
  },
});
