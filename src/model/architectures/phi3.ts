import { decoder, linear, norms } from "./define";

/** Queries, keys and values in one matrix, gate and up in another. Some releases tie the head. */
export const phi3 = decoder({
  architectures: ["Phi3ForCausalLM"],
  layer: [
    ...linear("self_attn.qkv_proj"),
    ...linear("self_attn.o_proj"),
    ...linear("mlp.gate_up_proj"),
    ...linear("mlp.down_proj"),
    ...norms("input_layernorm", "post_attention_layernorm"),
  ],
});
