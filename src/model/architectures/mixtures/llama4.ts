import { attention, BLOCK_NORMS, decoder, norms } from "../define";
import { visionLanguage } from "../vision/visionLanguage";

/** Some layers have one MLP, others experts ([experts, inputs, outputs]) and an MLP beside them; all under `feed_forward`. */
const layer = [...attention({ qkv: "optional", o: "optional" }), ...norms(BLOCK_NORMS)];
const families = ["feed_forward."];

/** The text model. */
export const llama4 = decoder({ architectures: ["Llama4ForCausalLM"], layer, families });

/** With its vision model, as Scout and Maverick are published. */
export const llama4Vision = visionLanguage({
  architectures: ["Llama4ForConditionalGeneration"],
  layer,
  families,
  languages: ["Llama4ForCausalLM"],
});
