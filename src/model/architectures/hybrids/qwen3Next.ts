import { BLOCK_NORMS, decoder, norms } from "../define";
import { visionLanguage } from "../vision/visionLanguage";

/**
 * Three layers of linear attention (`linear_attn`), then one of full attention (`self_attn`), in every layer an MLP or experts. What a
 * layer has follows its kind, and every input must have the same. The module that predicts further ahead (`mtp`) is no layer.
 */
const layer = norms(BLOCK_NORMS);
const families = ["linear_attn.", "self_attn.", "mlp."];

export const qwen3Next = decoder({
  architectures: ["Qwen3NextForCausalLM", "Qwen3_5ForCausalLM", "Qwen3_5MoeForCausalLM"],
  layer,
  families,
});

/** Qwen 3.5 as it is published, with its vision tower. */
export const qwen35Vision = visionLanguage({
  architectures: ["Qwen3_5ForConditionalGeneration", "Qwen3_5MoeForConditionalGeneration"],
  layer,
  families,
  languages: ["Qwen3_5ForCausalLM", "Qwen3_5MoeForCausalLM"],
});
