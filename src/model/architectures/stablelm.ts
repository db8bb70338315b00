import { attention, decoder, gatedMlp, linear } from "./define";

/** LayerNorms with biases; one norm fewer where attention and MLP run in parallel. */
export const stableLm = decoder({
  architectures: ["StableLmForCausalLM", "StableLMEpochForCausalLM"],
  layer: [
    ...attention({ qkv: "optional" }),
    ...gatedMlp(),
    ...linear("input_layernorm", "required"),
    ...linear("post_attention_layernorm", "optional").map((weight) => ({ ...weight, optional: true })),
  ],
  post: linear("model.norm", "required"),
});
