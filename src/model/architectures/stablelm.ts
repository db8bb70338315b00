import { ropeOf } from "../forward/rope";
import { layerNorm } from "../forward/traits";
import { attention, decoder, gatedMlp, linear } from "./define";

/**
 * LayerNorms with biases; a quarter of each head turns. Larger models run the halves side by side behind one norm, and norm each
 * head with its own weight.
 */
export const stableLm = decoder({
  architectures: ["StableLmForCausalLM", "StableLMEpochForCausalLM"],
  layer: [
    ...attention({ qkv: "optional" }),
    ...gatedMlp(),
    ...linear("input_layernorm", "beforeAttention", "required"),
    ...linear("post_attention_layernorm", "beforeMlp", "optional").map((weight) => ({ ...weight, optional: true })),
  ],
  families: ["self_attn.q_layernorm.norms.", "self_attn.k_layernorm.norms."],
  post: linear("model.norm", "norm", "required"),
  forward(config) {
    const parallel = config.flag("use_parallel_residual", false);
    return {
      norm: layerNorm(config),
      ...(parallel && { order: "parallel", norms: { beforeMlp: "beforeAttention" } }),
      ...(config.flag("qk_layernorm", false) && {
        headNorms: {
          over: "head",
          perHead: true,
          stored: (whose, head) => `self_attn.${whose.charAt(0)}_layernorm.norms.${head}`,
        },
      }),
      attention: (_, { headDim }) => ({ rope: ropeOf(config, { headDim, partial: 0.25 }) }),
    };
  },
});
