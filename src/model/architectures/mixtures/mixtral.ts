import { experts } from "../../forward/experts";
import { rms } from "../../forward/traits";
import { attention, BLOCK_NORMS, decoder, norms } from "../define";

/** Router and experts keep the layout they have on disk, one by one (`block_sparse_moe`) or packed (`mlp`). */
export const mixtral = decoder({
  architectures: ["MixtralForCausalLM"],
  layer: [...attention(), ...norms(BLOCK_NORMS)],
  families: ["block_sparse_moe.", "mlp."],
  forward(config) {
    const window = config.optionalNumber("sliding_window");
    const sparse = experts(config, {
      count: config.count("num_local_experts", 8),
      perToken: config.count("num_experts_per_tok", 2),
      normalize: true,
      width: config.count("intermediate_size"),
      roots: ["block_sparse_moe", "mlp"],
      each: { gate: "w1", up: "w3", down: "w2" },
    });
    return { norm: rms(config), attention: () => ({ window }), experts: () => sparse };
  },
});
