import type { ConfigFacts } from "../configFacts";
import { ropeOf } from "../forward/rope";
import { layerKinds, windowsOf } from "../windows";
import { type DecoderTraits, decoder, type ForwardDefinition, headNorms, layerNorm } from "./define";

/** Attention and MLP side by side behind one LayerNorm, pairs of neighbours turn, logits scaled, head tied. */
function cohereTraits(config: ConfigFacts): DecoderTraits {
  return {
    norm: layerNorm(config),
    norms: { beforeAttention: "input_layernorm", beforeMlp: "input_layernorm" },
    order: "parallel",
    logitScale: config.number("logit_scale", 0.0625),
    tied: true,
  };
}

export const cohere: ForwardDefinition = {
  architectures: ["CohereForCausalLM"],
  spec(config) {
    const traits = cohereTraits(config);
    const norms = config.flag("use_qk_norm", false) ? headNorms(traits.norm, "head", true) : {};
    return decoder(config, {
      ...traits,
      attention: (_, { headDim }) => ({ ...norms, rope: ropeOf(config, { headDim, interleaved: true }) }),
    });
  },
};

/** Three layers slide and rotate, the fourth does neither. */
export const cohere2: ForwardDefinition = {
  architectures: ["Cohere2ForCausalLM"],
  spec(config) {
    const pattern = config.count("sliding_window_pattern", config.count("_sliding_window_pattern", 4));
    const kinds = layerKinds(config, (layer) => (layer + 1) % pattern !== 0);
    const windows = windowsOf(kinds, config.number("sliding_window", 4096));
    return decoder(config, {
      ...cohereTraits(config),
      attention: (layer, { headDim }) => ({
        rope: kinds(layer) === "full_attention" ? undefined : ropeOf(config, { headDim, interleaved: true }),
        window: windows(layer),
      }),
    });
  },
};
