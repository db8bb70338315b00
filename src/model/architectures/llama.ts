import { ropeOf } from "../forward/rope";
import { rms } from "../forward/traits";
import { layerKinds, windowsOf } from "../forward/windows";
import { attention, BLOCK_NORMS, decoder, gatedMlp, norms } from "./define";

/** Biases exist where `attention_bias` or `mlp_bias` is set. */
const layer = [...attention({ qkv: "optional", o: "optional" }), ...gatedMlp("optional"), ...norms(BLOCK_NORMS)];

export const llama = decoder({
  architectures: ["LlamaForCausalLM", "LLaMaForCausalLM"],
  layer,
  forward: (config) => ({ norm: rms(config) }),
});

/** All layers slide unless `sliding_window` is null; a config that leaves it out means 4096. */
export const mistral = decoder({
  architectures: ["MistralForCausalLM"],
  layer,
  forward(config) {
    const window = config.names("sliding_window") ? config.optionalNumber("sliding_window") : 4096;
    return { norm: rms(config), attention: () => ({ window }) };
  },
});

/** A Llama with multipliers in four places. */
export const granite = decoder({
  architectures: ["GraniteForCausalLM"],
  layer,
  forward(config) {
    const scale = config.number("attention_multiplier", 1);
    return {
      norm: rms(config),
      attention: () => ({ scale }),
      embeddingScale: config.number("embedding_multiplier", 1),
      residualScale: config.number("residual_multiplier", 1),
      logitScale: 1 / config.number("logits_scaling", 1),
    };
  },
});

/** Some layers do not rotate: those with a 0 in `no_rope_layers`, or every `no_rope_layer_interval`-th. Only they may slide. */
export const smolLm3 = decoder({
  architectures: ["SmolLM3ForCausalLM"],
  layer,
  tiedByDefault: true,
  forward(config) {
    const interval = config.count("no_rope_layer_interval", 4);
    const listed = config.numbers("no_rope_layers");
    const rotates = (layer: number) => (listed ? listed[layer] !== 0 : (layer + 1) % interval !== 0);
    const slides = config.flag("use_sliding_window", false);
    const windows = windowsOf(
      layerKinds(config, (layer) => !rotates(layer)),
      slides ? config.optionalNumber("sliding_window") : undefined,
    );
    return {
      norm: rms(config),
      attention: (layer, { headDim }) => ({
        rope: rotates(layer) ? ropeOf(config, { headDim, theta: 2_000_000 }) : undefined,
        window: windows(layer),
      }),
    };
  },
});
