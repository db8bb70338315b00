import type { ConfigFacts } from "../forward/configFacts";
import { ropeOf } from "../forward/rope";
import { type DecoderTraits, layerNorm } from "../forward/traits";
import { layerKinds, windowsOf } from "../forward/windows";
import { attention, decoder, gatedMlp, headNorms, linear } from "./define";

const parts = [
  ...attention({ qkv: "optional", o: "optional" }),
  ...gatedMlp(),
  ...linear("input_layernorm", "beforeAttention"),
];

/** Attention and MLP side by side behind one LayerNorm, pairs of neighbours turn, logits scaled, head tied. */
function traits(config: ConfigFacts): DecoderTraits {
  return {
    norm: layerNorm(config),
    norms: { beforeMlp: "beforeAttention" },
    order: "parallel",
    logitScale: config.number("logit_scale", 0.0625),
  };
}

/** Norms on queries and keys, one weight for each head, exist where `use_qk_norm` is set. */
export const cohere = decoder({
  architectures: ["CohereForCausalLM"],
  layer: [...parts, ...headNorms(true)],
  tiedByDefault: true,
  forward: (config) => ({
    ...traits(config),
    ...(config.flag("use_qk_norm", false) && { headNorms: { over: "head", perHead: true } }),
    attention: (_, { headDim }) => ({ rope: ropeOf(config, { headDim, interleaved: true }) }),
  }),
});

/** Three layers slide and rotate, the fourth does neither. */
export const cohere2 = decoder({
  architectures: ["Cohere2ForCausalLM"],
  layer: parts,
  tiedByDefault: true,
  forward(config) {
    const pattern = config.count("sliding_window_pattern", config.count("_sliding_window_pattern", 4));
    const kinds = layerKinds(config, (layer) => (layer + 1) % pattern !== 0);
    const windows = windowsOf(kinds, config.number("sliding_window", 4096));
    return {
      ...traits(config),
      attention: (layer, { headDim }) => ({
        rope: kinds(layer) === "full_attention" ? undefined : ropeOf(config, { headDim, interleaved: true }),
        window: windows(layer),
      }),
    };
  },
});
