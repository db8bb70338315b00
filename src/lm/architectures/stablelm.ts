import { ropeOf } from "../forward/rope";
import type { HeadNormSpec } from "../spec";
import { decoder, type ForwardDefinition, layerNorm } from "./define";

/** LayerNorms; a quarter of each head turns. Larger models run the halves side by side, and norm each head with its own weight. */
export const stableLm: ForwardDefinition = {
  architectures: ["StableLmForCausalLM", "StableLMEpochForCausalLM"],
  spec(config) {
    const norm = layerNorm(config);
    const parallel = config.flag("use_parallel_residual", false);
    const normed = config.flag("qk_layernorm", false);
    const headNorm = (name: string, heads: number): HeadNormSpec | undefined =>
      normed
        ? {
            norm: norm(Array.from({ length: heads }, (_, head) => `self_attn.${name}_layernorm.norms.${head}`)),
            over: "head",
            perHead: true,
          }
        : undefined;
    return decoder(config, {
      norm,
      ...(parallel
        ? { order: "parallel", norms: { beforeAttention: "input_layernorm", beforeMlp: "input_layernorm" } }
        : {}),
      attention: (_, { heads, kvHeads, headDim }) => ({
        queryNorm: headNorm("q", heads),
        keyNorm: headNorm("k", kvHeads),
        rope: ropeOf(config, { headDim, partial: 0.25 }),
      }),
    });
  },
};
