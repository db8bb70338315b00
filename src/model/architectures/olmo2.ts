import { rms } from "../forward/traits";
import { attention, decoder, gatedMlp, headNorms, norms } from "./define";

/** Norms after the halves of a layer instead of before them, and over all heads of queries and keys at once. */
export const olmo2 = decoder({
  architectures: ["Olmo2ForCausalLM"],
  layer: [
    ...attention({ qkv: "optional", o: "optional" }),
    ...headNorms(),
    ...gatedMlp(),
    ...norms({ afterAttention: "post_attention_layernorm", afterMlp: "post_feedforward_layernorm" }),
  ],
  forward: (config) => ({ norm: rms(config), headNorms: { over: "all", perHead: false } }),
});
