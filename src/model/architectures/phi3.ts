import { rms } from "../forward/traits";
import { BLOCK_NORMS, decoder, linear, norms } from "./define";

/** Queries, keys and values in one matrix, gate and up in another. Some releases tie the head. */
export const phi3 = decoder({
  architectures: ["Phi3ForCausalLM"],
  layer: [
    ...linear("self_attn.qkv_proj", "qkv"),
    ...linear("self_attn.o_proj", "o"),
    ...linear("mlp.gate_up_proj", "gateUp"),
    ...linear("mlp.down_proj", "down"),
    ...norms(BLOCK_NORMS),
  ],
  forward(config) {
    const window = config.optionalNumber("sliding_window");
    return { norm: rms(config), attention: () => ({ window }), fused: "stacked" };
  },
});
