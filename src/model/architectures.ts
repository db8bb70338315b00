import { cohere, cohere2 } from "./architectures/cohere";
import type { ArchitectureDefinition } from "./architectures/define";
import { gemma, gemma2, gemma3 } from "./architectures/gemma";
import { gpt2 } from "./architectures/gpt2";
import { gptNeox } from "./architectures/gptNeox";
import { internLm2 } from "./architectures/internlm2";
import { granite, llama, mistral, smolLm3 } from "./architectures/llama";
import { mixtral } from "./architectures/mixtral";
import { olmo2 } from "./architectures/olmo2";
import { phi3 } from "./architectures/phi3";
import { qwen2, qwen3, qwen3Moe } from "./architectures/qwen";
import { stableLm } from "./architectures/stablelm";
import { starcoder2 } from "./architectures/starcoder2";

/** The architectures known by name. All others are inferred from their headers. */
export const architectures: readonly ArchitectureDefinition[] = [
  cohere,
  cohere2,
  gemma,
  gemma2,
  gemma3,
  gpt2,
  gptNeox,
  granite,
  internLm2,
  llama,
  mistral,
  mixtral,
  olmo2,
  phi3,
  qwen2,
  qwen3,
  qwen3Moe,
  smolLm3,
  stableLm,
  starcoder2,
];

const byName = new Map(
  architectures.flatMap((definition) => definition.architectures.map((name) => [name, definition])),
);

/** The definition of an architecture string of config.json, if it is known. */
export function findArchitecture(name: string): ArchitectureDefinition | undefined {
  return byName.get(name);
}
