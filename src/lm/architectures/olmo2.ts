import { decoder, type ForwardDefinition, headNorms, rms } from "./define";

/** Norms after the halves of a layer instead of before them, and over all heads of queries and keys at once. */
export const olmo2: ForwardDefinition = {
  architectures: ["Olmo2ForCausalLM"],
  spec(config) {
    const norm = rms(config);
    return decoder(config, {
      norm,
      norms: { afterAttention: "post_attention_layernorm", afterMlp: "post_feedforward_layernorm" },
      attention: () => headNorms(norm, "all"),
    });
  },
};
