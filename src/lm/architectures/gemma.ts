import type { ConfigFacts } from "../configFacts";
import { ropeOf } from "../forward/rope";
import { layerKinds, windowsOf } from "../windows";
import { type DecoderTraits, decoder, type ForwardDefinition, gatedMlp, headNorms, repeated, rms } from "./define";

/** Embeddings times √hidden, norms that store their weight minus 1, tied heads, and GELU by its tanh form whatever the config says. */
function gemmaTraits(config: ConfigFacts): DecoderTraits {
  return {
    norm: rms(config, 1),
    mlp: repeated(() => gatedMlp(config, "gelu-tanh")),
    embeddingScale: Math.sqrt(config.count("hidden_size")),
    tied: true,
    headDim: 256,
  };
}

const FOUR_NORMS = {
  beforeAttention: "input_layernorm",
  afterAttention: "post_attention_layernorm",
  beforeMlp: "pre_feedforward_layernorm",
  afterMlp: "post_feedforward_layernorm",
} as const;

export const gemma: ForwardDefinition = {
  architectures: ["GemmaForCausalLM"],
  spec: (config) => decoder(config, gemmaTraits(config)),
};

/** Every other layer slides, the first among them; scores and logits are capped. */
export const gemma2: ForwardDefinition = {
  architectures: ["Gemma2ForCausalLM"],
  spec(config) {
    const kinds = layerKinds(config, (layer) => layer % 2 === 0);
    const windows = windowsOf(kinds, config.number("sliding_window", 4096));
    const scale = config.number("query_pre_attn_scalar", 256) ** -0.5;
    const cap = (key: string, usual: number) => (config.names(key) ? config.optionalNumber(key) : usual);
    const softCap = cap("attn_logit_softcapping", 50);
    return decoder(config, {
      ...gemmaTraits(config),
      norms: FOUR_NORMS,
      attention: (layer) => ({ scale, softCap, window: windows(layer) }),
      logitSoftCap: cap("final_logit_softcapping", 30),
    });
  },
};

/** Five layers slide, the sixth does not; those that slide turn with a base of their own. Queries and keys are normed by head. */
export const gemma3: ForwardDefinition = {
  architectures: ["Gemma3ForCausalLM"],
  spec(config) {
    const traits = gemmaTraits(config);
    const pattern = config.count("sliding_window_pattern", config.count("_sliding_window_pattern", 6));
    const kinds = layerKinds(config, (layer) => (layer + 1) % pattern !== 0);
    const windows = windowsOf(kinds, config.number("sliding_window", 4096));
    const scale = config.number("query_pre_attn_scalar", 256) ** -0.5;
    const softCap = config.optionalNumber("attn_logit_softcapping");
    return decoder(config, {
      ...traits,
      norms: FOUR_NORMS,
      attention: (layer, { headDim }) => ({
        ...headNorms(traits.norm, "head"),
        rope: gemma3Rope(config, headDim, kinds(layer)),
        scale,
        softCap,
        window: windows(layer),
      }),
      logitSoftCap: config.optionalNumber("final_logit_softcapping"),
    });
  },
};

/** Before transformers 5, `rope_theta` and `rope_scaling` meant the layers that do not slide, `rope_local_base_freq` the others. */
function gemma3Rope(config: ConfigFacts, headDim: number, layerType: string) {
  const theta = config.number("rope_local_base_freq", 10_000);
  if (layerType === "full_attention" || config.has("rope_parameters")) {
    return ropeOf(config, { headDim, layerType, theta: layerType === "full_attention" ? 1_000_000 : theta });
  }
  return { ...ropeOf(config, { headDim }), theta, scaling: { type: "default" } } as const;
}
