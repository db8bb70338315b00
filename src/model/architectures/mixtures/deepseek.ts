import { BLOCK_NORMS, decoder, linear, norms } from "../define";

/**
 * DeepSeek-V2 and V3 (R1, Kimi K2, Moonlight): keys and values come from one narrow row for all heads, queries from a narrow row of
 * their own or, in the Lite models, from one matrix. The first layers have one MLP, the others experts and MLPs beside them. The layer
 * behind the stack of V3, which predicts further ahead, is no layer of it.
 */
export const deepSeek = decoder({
  architectures: ["DeepseekV2ForCausalLM", "DeepseekV3ForCausalLM", "KimiK2ForCausalLM"],
  layer: [
    ...linear("self_attn.kv_a_proj_with_mqa"),
    ...linear("self_attn.kv_a_layernorm"),
    ...linear("self_attn.kv_b_proj"),
    ...linear("self_attn.o_proj"),
    ...norms(BLOCK_NORMS),
  ],
  families: [
    "self_attn.q_proj.",
    "self_attn.q_a_proj.",
    "self_attn.q_a_layernorm.",
    "self_attn.q_b_proj.",
    "self_attn.kv_a_proj_with_mqa.bias",
    "self_attn.o_proj.bias",
    "mlp.",
  ],
});
