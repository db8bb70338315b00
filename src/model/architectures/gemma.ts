import type { ConfigFacts } from "../forward/configFacts";
import { ropeOf } from "../forward/rope";
import { type DecoderTraits, rms } from "../forward/traits";
import { layerKinds, windowsOf } from "../forward/windows";
import { attention, BLOCK_NORMS, decoder, gatedMlp, headNorms, norms } from "./define";

const projections = [...attention({ qkv: "optional", o: "optional" }), ...gatedMlp()];
const fourNorms = norms({
  beforeAttention: "input_layernorm",
  afterAttention: "post_attention_layernorm",
  beforeMlp: "pre_feedforward_layernorm",
  afterMlp: "post_feedforward_layernorm",
});

/** Embeddings times √hidden, norms that store their weight minus 1, and GELU by its tanh form whatever the config says. */
function traits(config: ConfigFacts): DecoderTraits {
  return {
    norm: rms(config, 1),
    activation: "gelu-tanh",
    embeddingScale: Math.sqrt(config.count("hidden_size")),
    headDim: 256,
  };
}

/** Heads are tied by default; an untied one is kept. */
export const gemma = decoder({
  architectures: ["GemmaForCausalLM"],
  layer: [...projections, ...norms(BLOCK_NORMS)],
  tiedByDefault: true,
  forward: traits,
});

/** Every other layer slides, the first among them; scores and logits are capped. */
export const gemma2 = decoder({
  architectures: ["Gemma2ForCausalLM"],
  layer: [...projections, ...fourNorms],
  tiedByDefault: true,
  forward(config) {
    const kinds = layerKinds(config, (layer) => layer % 2 === 0);
    const windows = windowsOf(kinds, config.number("sliding_window", 4096));
    const scale = config.number("query_pre_attn_scalar", 256) ** -0.5;
    const cap = (key: string, usual: number) => (config.names(key) ? config.optionalNumber(key) : usual);
    const softCap = cap("attn_logit_softcapping", 50);
    return {
      ...traits(config),
      attention: (layer) => ({ scale, softCap, window: windows(layer) }),
      logitSoftCap: cap("final_logit_softcapping", 30),
    };
  },
});

/**
 * The text model; the one with a vision tower is inferred from its headers. Five layers slide, the sixth does not; those that slide
 * turn with a base of their own. Queries and keys are normed by head.
 */
export const gemma3 = decoder({
  architectures: ["Gemma3ForCausalLM"],
  layer: [...projections, ...headNorms(), ...fourNorms],
  tiedByDefault: true,
  forward(config) {
    const pattern = config.count("sliding_window_pattern", config.count("_sliding_window_pattern", 6));
    const kinds = layerKinds(config, (layer) => (layer + 1) % pattern !== 0);
    const windows = windowsOf(kinds, config.number("sliding_window", 4096));
    const scale = config.number("query_pre_attn_scalar", 256) ** -0.5;
    const softCap = config.optionalNumber("attn_logit_softcapping");
    return {
      ...traits(config),
      headNorms: { over: "head", perHead: false },
      attention: (layer, { headDim }) => ({
        rope: gemma3Rope(config, headDim, kinds(layer)),
        scale,
        softCap,
        window: windows(layer),
      }),
      logitSoftCap: config.optionalNumber("final_logit_softcapping"),
    };
  },
});

/** Before transformers 5, `rope_theta` and `rope_scaling` meant the layers that do not slide, `rope_local_base_freq` the others. */
function gemma3Rope(config: ConfigFacts, headDim: number, layerType: string) {
  const theta = config.number("rope_local_base_freq", 10_000);
  if (layerType === "full_attention" || config.has("rope_parameters")) {
    return ropeOf(config, { headDim, layerType, theta: layerType === "full_attention" ? 1_000_000 : theta });
  }
  return { ...ropeOf(config, { headDim }), theta, scaling: { type: "default" } } as const;
}
