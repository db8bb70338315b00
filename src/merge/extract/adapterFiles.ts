import { largest } from "../../base/lists";
import type { ExtractionPlan } from "./planExtraction";

/** The rank that a module got. */
export interface ModuleRank {
  readonly module: string;
  readonly rank: number;
}

interface AdapterFiles {
  /** As they were named. */
  readonly model: string;
  readonly base: string;
  readonly plan: ExtractionPlan;
  readonly ranks: readonly ModuleRank[];
}

/** adapter_config.json, with the keys that mergekit writes: alpha is the rank everywhere, so that the scale is 1. */
export function adapterConfig({ base, plan, ranks }: AdapterFiles): string {
  const most = largest(
    ranks.map(({ rank }) => rank),
    0,
  );
  const others = Object.fromEntries(
    ranks.filter(({ rank }) => rank !== most).map(({ module, rank }) => [module, rank]),
  );
  const config = {
    base_model_name_or_path: base,
    peft_type: "LORA",
    use_rslora: false,
    target_modules: [...new Set(ranks.map(({ module }) => module.split(".").at(-1) ?? module))],
    modules_to_save: plan.savedModules,
    task_type: "CAUSAL_LM",
    r: most,
    lora_alpha: most,
    rank_pattern: others,
    alpha_pattern: others,
    lora_dropout: 0,
    fan_in_fan_out: plan.turned,
    // peft takes the biases of B for all modules or for none; mergekit does not tell it of them.
    ...(plan.modules.length > 0 && plan.modules.every(({ bias }) => bias) ? { lora_bias: true } : {}),
    inference_mode: true,
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** README.md of an adapter. */
export function adapterCard({ model, base, plan, ranks }: AdapterFiles): string {
  const { vocabularies, savedModules } = plan;
  const quoted = (text: string) => `\`${text.replaceAll("`", "'")}\``;
  const sentences = [
    `A LoRA adapter, extracted with Awase: it makes ${quoted(model)} of ${quoted(base)}.`,
    `${ranks.length} matrices are changed by products of rank ${largest(
      ranks.map(({ rank }) => rank),
      0,
    )} at most${savedModules.length > 0 ? `; ${savedModules.map(quoted).join(", ")} are held whole` : ""}.`,
    ...(vocabularies
      ? [
          `The vocabulary of the model has ${vocabularies.model} rows, that of the base ${vocabularies.base}: resize the base's embeddings (\`model.resize_token_embeddings(${vocabularies.model})\`) before the adapter is loaded.`,
        ]
      : []),
  ];
  const matter = [
    `base_model: ${JSON.stringify(base)}`,
    "library_name: peft",
    "tags:",
    "- mergekit",
    "- peft",
    "- awase",
  ];
  return `---\n${matter.join("\n")}\n---\n# LoRA adapter\n\n${sentences.join("\n\n")}\n`;
}
