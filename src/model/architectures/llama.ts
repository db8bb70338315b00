import { attention, decoder, gatedMlp, norms } from "./define";

/** Biases exist where `attention_bias` or `mlp_bias` is set. */
const layer = [
  ...attention({ qkv: "optional", o: "optional" }),
  ...gatedMlp("optional"),
  ...norms("input_layernorm", "post_attention_layernorm"),
];

export const llama = decoder({ architectures: ["LlamaForCausalLM", "LLaMaForCausalLM"], layer });
export const mistral = decoder({ architectures: ["MistralForCausalLM"], layer });
export const granite = decoder({ architectures: ["GraniteForCausalLM"], layer });
export const smolLm3 = decoder({ architectures: ["SmolLM3ForCausalLM"], layer, tiedByDefault: true });
