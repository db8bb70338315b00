import type { ConfigFacts } from "../forward/configFacts";
import { ropeOf } from "../forward/rope";
import { type DecoderTraits, rms } from "../forward/traits";
import { attention, BLOCK_NORMS, decoder, linear, norms } from "./define";

const projections = [
  ...attention({ qkv: "optional", o: "optional" }),
  ...linear("mlp.gate_up_proj", "gateUp"),
  ...linear("mlp.down_proj", "down"),
];

/** Gate and up in one matrix; pairs of neighbours turn in half of each head. */
function forward(config: ConfigFacts): DecoderTraits {
  return {
    norm: rms(config, 0, "rms_norm_eps", 1.5625e-7),
    attention: (_, { headDim }) => ({ rope: ropeOf(config, { headDim, interleaved: true, partial: 0.5 }) }),
    headDim: 128,
  };
}

/** GLM-4-9B in transformers' own layout (`-hf`). */
export const glm = decoder({
  architectures: ["GlmForCausalLM"],
  layer: [...projections, ...norms(BLOCK_NORMS)],
  forward,
});

/** GLM-4-0414: what the halves of a layer add is normed as well. */
export const glm4 = decoder({
  architectures: ["Glm4ForCausalLM"],
  layer: [
    ...projections,
    ...norms({ ...BLOCK_NORMS, afterAttention: "post_self_attn_layernorm", afterMlp: "post_mlp_layernorm" }),
  ],
  forward,
});
