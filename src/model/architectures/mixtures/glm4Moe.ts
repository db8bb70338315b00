import { experts } from "../../forward/experts";
import { ropeOf } from "../../forward/rope";
import { rms } from "../../forward/traits";
import { attention, BLOCK_NORMS, decoder, headNorms, norms } from "../define";

/**
 * GLM-4.5: the first layers are dense; experts are chosen in groups, beside an MLP that every token goes through. Half of each head
 * turns. The layer behind the stack, which predicts further ahead, is no layer of it.
 */
export const glm4Moe = decoder({
  architectures: ["Glm4MoeForCausalLM"],
  layer: [...attention({ qkv: "optional" }), ...headNorms(true), ...norms(BLOCK_NORMS)],
  families: ["mlp."],
  roles: { gate: "mlp.gate_proj", up: "mlp.up_proj", down: "mlp.down_proj" },
  forward(config) {
    const width = config.count("moe_intermediate_size", 1408);
    const dense = config.number("first_k_dense_replace", 1);
    const sparse = experts(config, {
      count: config.count("n_routed_experts", 128),
      perToken: config.count("num_experts_per_tok", 8),
      normalize: config.flag("norm_topk_prob", true),
      width,
      roots: ["mlp"],
      each: { gate: "gate_proj", up: "up_proj", down: "down_proj" },
      shared: { name: "mlp.shared_experts", width: width * config.count("n_shared_experts", 1) },
      choice: {
        score: "sigmoid",
        groups: config.count("n_group", 1),
        topGroups: config.count("topk_group", 1),
        groupScore: "two-best",
        bias: "mlp.gate.e_score_correction_bias",
        scale: config.number("routed_scaling_factor", 1),
      },
    });
    return {
      norm: rms(config, 0, "rms_norm_eps", 1e-5),
      ...(config.flag("use_qk_norm", false) && { headNorms: { over: "head", perHead: false } }),
      attention: (_, { headDim }) => ({ rope: ropeOf(config, { headDim, partial: 0.5 }) }),
      experts: (layer) => (layer < dense ? undefined : sparse),
    };
  },
});
