import { decoder, type ForwardDefinition, repeated, rms } from "./define";
import { experts } from "./experts";

/** Experts in every layer. Checkpoints call them `block_sparse_moe`, or `mlp` where they are packed. */
export const mixtral: ForwardDefinition = {
  architectures: ["MixtralForCausalLM"],
  spec(config) {
    const window = config.optionalNumber("sliding_window");
    return decoder(config, {
      norm: rms(config),
      attention: () => ({ window }),
      mlp: repeated(() =>
        experts(config, {
          count: config.count("num_local_experts", 8),
          perToken: config.count("num_experts_per_tok", 2),
          normalize: true,
          width: config.count("intermediate_size"),
          roots: ["block_sparse_moe", "mlp"],
          each: { gate: "w1", up: "w3", down: "w2" },
        }),
      ),
    });
  },
};
