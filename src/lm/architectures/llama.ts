import { ropeOf } from "../forward/rope";
import { layerKinds, windowsOf } from "../windows";
import { decoder, type ForwardDefinition, rms } from "./define";

export const llama: ForwardDefinition = {
  architectures: ["LlamaForCausalLM", "LLaMaForCausalLM"],
  spec: (config) => decoder(config, { norm: rms(config) }),
};

/** All layers slide unless `sliding_window` is null; a config that leaves it out means 4096. */
export const mistral: ForwardDefinition = {
  architectures: ["MistralForCausalLM"],
  spec(config) {
    const window = config.names("sliding_window") ? config.optionalNumber("sliding_window") : 4096;
    return decoder(config, { norm: rms(config), attention: () => ({ window }) });
  },
};

/** A Llama with multipliers in four places. */
export const granite: ForwardDefinition = {
  architectures: ["GraniteForCausalLM"],
  spec(config) {
    const scale = config.number("attention_multiplier", 1);
    return decoder(config, {
      norm: rms(config),
      attention: () => ({ scale }),
      embeddingScale: config.number("embedding_multiplier", 1),
      residualScale: config.number("residual_multiplier", 1),
      logitScale: 1 / config.number("logits_scaling", 1),
    });
  },
};

/** Some layers do not rotate: those with a 0 in `no_rope_layers`, or every `no_rope_layer_interval`-th. Only they may slide. */
export const smolLm3: ForwardDefinition = {
  architectures: ["SmolLM3ForCausalLM"],
  spec(config) {
    const interval = config.count("no_rope_layer_interval", 4);
    const listed = config.numbers("no_rope_layers");
    const rotates = (layer: number) => (listed ? listed[layer] !== 0 : (layer + 1) % interval !== 0);
    const slides = config.flag("use_sliding_window", false);
    const windows = windowsOf(
      layerKinds(config, (layer) => !rotates(layer)),
      slides ? config.optionalNumber("sliding_window") : undefined,
    );
    return decoder(config, {
      norm: rms(config),
      attention: (layer, { headDim }) => ({
        rope: rotates(layer) ? ropeOf(config, { headDim, theta: 2_000_000 }) : undefined,
        window: windows(layer),
      }),
      tied: true,
    });
  },
};
