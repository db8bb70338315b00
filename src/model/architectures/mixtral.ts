import { attention, decoder, norms } from "./define";

/** Router and experts keep the layout they have on disk, one by one (`block_sparse_moe`) or packed (`mlp`). */
export const mixtral = decoder({
  architectures: ["MixtralForCausalLM"],
  layer: [...attention(), ...norms("input_layernorm", "post_attention_layernorm")],
  families: ["block_sparse_moe.", "mlp."],
});
