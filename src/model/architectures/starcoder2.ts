import { attention, decoder, linear } from "./define";

/** LayerNorms with biases and a plain two-matrix MLP; the other biases follow `use_bias`. */
export const starcoder2 = decoder({
  architectures: ["Starcoder2ForCausalLM"],
  layer: [
    ...attention({ qkv: "optional", o: "optional" }),
    ...linear("mlp.c_fc", "optional"),
    ...linear("mlp.c_proj", "optional"),
    ...linear("input_layernorm", "required"),
    ...linear("post_attention_layernorm", "required"),
  ],
  post: linear("model.norm", "required"),
  tiedByDefault: true,
});
