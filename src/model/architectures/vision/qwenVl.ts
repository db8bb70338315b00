import { qwen2, qwen3, qwen3Moe } from "../qwen";
import { visionLanguage } from "./visionLanguage";

/** Qwen2-VL and Qwen2.5-VL. Of a text all three of its kinds of positions are the same, so it turns as Qwen 2 does. */
export const qwen2Vl = visionLanguage({
  architectures: ["Qwen2VLForConditionalGeneration", "Qwen2_5_VLForConditionalGeneration"],
  layer: qwen2.layer,
  languages: qwen2.architectures,
  forward: qwen2.forward,
});

/** Qwen3-VL. */
export const qwen3Vl = visionLanguage({
  architectures: ["Qwen3VLForConditionalGeneration"],
  layer: qwen3.layer,
  languages: qwen3.architectures,
  forward: qwen3.forward,
});

/** Qwen3-VL with experts. */
export const qwen3VlMoe = visionLanguage({
  architectures: ["Qwen3VLMoeForConditionalGeneration"],
  layer: qwen3Moe.layer,
  ...(qwen3Moe.families && { families: qwen3Moe.families }),
  ...(qwen3Moe.roles && { roles: qwen3Moe.roles }),
  languages: qwen3Moe.architectures,
});
