import { attention, decoder, gatedMlp, norms } from "./define";

const projections = [...attention({ qkv: "optional", o: "optional" }), ...gatedMlp()];
const fourNorms = norms(
  "input_layernorm",
  "post_attention_layernorm",
  "pre_feedforward_layernorm",
  "post_feedforward_layernorm",
);

/** Heads are tied by default; an untied one is kept. */
export const gemma = decoder({
  architectures: ["GemmaForCausalLM"],
  layer: [...projections, ...norms("input_layernorm", "post_attention_layernorm")],
  tiedByDefault: true,
});

export const gemma2 = decoder({
  architectures: ["Gemma2ForCausalLM"],
  layer: [...projections, ...fourNorms],
  tiedByDefault: true,
});

/** The text model; the one with a vision tower is inferred from its headers. */
export const gemma3 = decoder({
  architectures: ["Gemma3ForCausalLM"],
  layer: [...projections, ...norms("self_attn.q_norm", "self_attn.k_norm"), ...fourNorms],
  tiedByDefault: true,
});
