import { attention, decoder, gatedMlp, norms } from "./define";

/** Norms stand after the sublayers and on queries and keys; there is none at a layer's input. */
export const olmo2 = decoder({
  architectures: ["Olmo2ForCausalLM"],
  layer: [
    ...attention({ qkv: "optional", o: "optional" }),
    ...norms("self_attn.q_norm", "self_attn.k_norm"),
    ...gatedMlp(),
    ...norms("post_attention_layernorm", "post_feedforward_layernorm"),
  ],
});
