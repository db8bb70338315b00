import { AwaseError } from "../base/errors";
import { architectureNames } from "../model/config";
import type { JsonObject } from "../model/model";
import { cohere, cohere2 } from "./architectures/cohere";
import type { ForwardDefinition } from "./architectures/define";
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
import { ConfigFacts } from "./configFacts";
import type { ModelSpec } from "./spec";

/** The architectures that can be run. Their tensors are found as `src/model/architectures.ts` says. */
const DEFINITIONS: readonly ForwardDefinition[] = [
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

const byName = new Map(DEFINITIONS.flatMap((definition) => definition.architectures.map((name) => [name, definition])));

/**
 * The forward pass that a config describes.
 * @throws {AwaseError} `lm/architecture` for one that is not known, `lm/config` and `lm/unsupported` for what its config says
 */
export function specOf(config: JsonObject): ModelSpec {
  const names = architectureNames(config);
  for (const architecture of names) {
    const definition = byName.get(architecture);
    if (definition) return { architecture, ...definition.spec(new ConfigFacts(config)) };
  }
  const found = names.length > 0 ? names.join(", ") : "no architecture";
  const known = [...byName.keys()].join(", ");
  throw new AwaseError(
    "lm/architecture",
    `config.json names ${found}, whose forward pass is not known here. Known are ${known}. The model can be merged, but not measured.`,
    { facts: { found, known } },
  );
}
