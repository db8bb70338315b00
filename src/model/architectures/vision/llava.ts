import { llama, mistral } from "../llama";
import { qwen2 } from "../qwen";
import { visionLanguage } from "./visionLanguage";

/** Which language model it is, its `text_config` says; a config without a word on it means a Llama. */
const FORWARD = { llama: llama.forward, mistral: mistral.forward, qwen2: qwen2.forward } as const;

/** LLaVA 1.5, LLaVA-NeXT, LLaVA-OneVision and their like: a Llama, Mistral or Qwen 2 that reads what a projector makes of an image. */
export const llava = visionLanguage({
  architectures: [
    "LlavaForConditionalGeneration",
    "LlavaNextForConditionalGeneration",
    "LlavaOnevisionForConditionalGeneration",
    "LlavaNextVideoForConditionalGeneration",
    "VipLlavaForConditionalGeneration",
    "Mistral3ForConditionalGeneration",
    "LlavaLlamaForCausalLM",
    "LlavaMistralForCausalLM",
    "LlavaQwenForCausalLM",
  ],
  layer: llama.layer,
  languages: [...llama.architectures, ...mistral.architectures, ...qwen2.architectures],
  forward: (config) => config.oneOf("model_type", FORWARD, "llama")(config),
});
