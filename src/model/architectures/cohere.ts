import { attention, decoder, gatedMlp, norms } from "./define";

const parts = [...attention({ qkv: "optional", o: "optional" }), ...gatedMlp(), ...norms("input_layernorm")];

/** Attention and MLP run in parallel behind one norm. Norms on queries and keys exist where `use_qk_norm` is set. */
export const cohere = decoder({
  architectures: ["CohereForCausalLM"],
  layer: [...parts, ...norms("self_attn.q_norm", "self_attn.k_norm").map((weight) => ({ ...weight, optional: true }))],
  tiedByDefault: true,
});

export const cohere2 = decoder({ architectures: ["Cohere2ForCausalLM"], layer: parts, tiedByDefault: true });
