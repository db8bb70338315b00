import { attention, decoder, gatedMlp, norms } from "./define";

const blockNorms = norms("input_layernorm", "post_attention_layernorm");
const qwen3Attention = [
  ...attention({ qkv: "optional", o: "optional" }),
  ...norms("self_attn.q_norm", "self_attn.k_norm"),
];

export const qwen2 = decoder({
  architectures: ["Qwen2ForCausalLM"],
  layer: [...attention({ qkv: "required" }), ...gatedMlp(), ...blockNorms],
});

export const qwen3 = decoder({
  architectures: ["Qwen3ForCausalLM"],
  layer: [...qwen3Attention, ...gatedMlp(), ...blockNorms],
});

/** Experts keep the layout they have on disk, packed or one by one; some layers may be dense (`mlp_only_layers`). */
export const qwen3Moe = decoder({
  architectures: ["Qwen3MoeForCausalLM"],
  layer: [...qwen3Attention, ...blockNorms],
  families: ["mlp."],
});
