import { own } from "../../base/own";
import { quoted } from "../../formats/json";
import type { JsonObject } from "../model";

/** Keys of adapter_config.json that make something else of LoRA, and what people call it. */
const VARIANTS: Readonly<Record<string, string>> = {
  use_dora: "DoRA (weights decomposed into magnitude and direction)",
  use_qalora: "QALoRA",
  use_bdlora: "BD-LoRA",
  alora_invocation_tokens: "aLoRA (it acts only behind its invocation tokens)",
  arrow_config: "Arrow (a router over several adapters)",
  kasa_config: "KaSA",
  velora_config: "VeLoRA",
  monteclora_config: "MonteCLoRA",
  layer_replication: "LoRA over replicated layers",
  target_parameters: "LoRA on parameters that are no module's (packed experts)",
  trainable_token_indices: "LoRA with single trained tokens",
};

/** Ways to begin that take something away from the base's weights, which an adapter saved as it is expects to be gone. */
const CHANGES_BASE = /^(?:pissa|olora|corda|loftq|lora_ga)/;

/** What is not plain LoRA in a config: a name for people, or nothing. */
export function otherKind(config: JsonObject): string | undefined {
  const { peft_type: type } = config;
  if (type !== "LORA") return typeof type === "string" ? quoted(type) : "its config names no peft_type";
  for (const [key, name] of Object.entries(VARIANTS)) if (isSet(own(config, key))) return name;
  const { init_lora_weights: init } = config;
  if (typeof init === "string" && CHANGES_BASE.test(init)) {
    return `${quoted(init)}, which changes the base when it begins (convert it with path_initial_model_for_weight_conversion of peft)`;
  }
  return undefined;
}

function isSet(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== "";
}
