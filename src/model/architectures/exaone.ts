import { ropeOf } from "../forward/rope";
import { activationOf, rms } from "../forward/traits";
import { layerKinds, windowsOf } from "../forward/windows";
import { type ArchitectureDefinition, attention, decoder, gatedMlp, headNorms, linear, norms } from "./define";

/** EXAONE 3 and 3.5: a Llama with other names, which runs by code of its repository (`modeling_exaone.py`). */
export const exaone: ArchitectureDefinition = {
  architectures: ["ExaoneForCausalLM"],
  depthKey: "num_layers",
  depthKeys: ["num_hidden_layers"],
  root: "transformer.h",
  pre: [{ name: "transformer.wte.weight", role: "embedding", embedding: true }],
  layer: [
    ...norms({ beforeAttention: "ln_1", beforeMlp: "ln_2" }),
    ...(["q", "k", "v"] as const).flatMap((role) => linear(`attn.attention.${role}_proj`, role, "optional")),
    ...linear("attn.attention.out_proj", "o", "optional"),
    ...linear("mlp.c_fc_0", "gate", "optional"),
    ...linear("mlp.c_fc_1", "up", "optional"),
    ...linear("mlp.c_proj", "down", "optional"),
  ],
  post: [
    ...linear("transformer.ln_f", "norm"),
    { name: "lm_head.weight", role: "head", optional: true, tied: ["transformer.wte.weight"], embedding: true },
  ],
  tiedByDefault: false,
  forward: (config) => ({
    norm: rms(config, 0, "layer_norm_epsilon", 1e-5),
    activation: activationOf(config, "activation_function", "silu"),
  }),
};

/**
 * Norms behind the halves of a layer, and on each head of queries and keys. Where some layers slide, only they turn.
 */
export const exaone4 = decoder({
  architectures: ["Exaone4ForCausalLM"],
  layer: [
    ...attention(),
    ...headNorms(),
    ...gatedMlp(),
    ...norms({ afterAttention: "post_attention_layernorm", afterMlp: "post_feedforward_layernorm" }),
  ],
  forward(config) {
    const window = config.names("sliding_window") ? config.optionalNumber("sliding_window") : 4096;
    const slides = slidingRule(config.has("sliding_window_pattern") ? config.value("sliding_window_pattern") : 4);
    const kinds = layerKinds(config, (layer) => window !== undefined && slides(layer));
    const windows = windowsOf(kinds, window);
    return {
      norm: rms(config, 0, "rms_norm_eps", 1e-5),
      headNorms: { over: "head", perHead: false },
      attention: (layer, { headDim }) => ({
        rope: window === undefined || kinds(layer) === "sliding_attention" ? ropeOf(config, { headDim }) : undefined,
        window: windows(layer),
      }),
    };
  },
});

/** `sliding_window_pattern`: every n-th layer sees all, or a text with an L for each layer that slides. */
function slidingRule(pattern: unknown): (layer: number) => boolean {
  if (typeof pattern === "string" && pattern !== "") return (layer) => pattern[layer % pattern.length] === "L";
  const every = typeof pattern === "number" && pattern >= 1 ? pattern : 4;
  return (layer) => (layer + 1) % every !== 0;
}
