import { cohere, cohere2 } from "./architectures/cohere";
import type { ArchitectureDefinition } from "./architectures/define";
import { exaone, exaone4 } from "./architectures/exaone";
import { gemma, gemma2, gemma3 } from "./architectures/gemma";
import { glm, glm4 } from "./architectures/glm4";
import { qwen3Next, qwen35Vision } from "./architectures/hybrids/qwen3Next";
import { internLm2 } from "./architectures/internlm2";
import { granite, llama, mistral, smolLm3 } from "./architectures/llama";
import { deepSeek } from "./architectures/mixtures/deepseek";
import { glm4Moe } from "./architectures/mixtures/glm4Moe";
import { gptOss } from "./architectures/mixtures/gptOss";
import { llama4, llama4Vision } from "./architectures/mixtures/llama4";
import { mixtral } from "./architectures/mixtures/mixtral";
import { chatGlm } from "./architectures/older/chatglm";
import { falcon } from "./architectures/older/falcon";
import { gpt2 } from "./architectures/older/gpt2";
import { gptNeox } from "./architectures/older/gptNeox";
import { phi2 } from "./architectures/older/phi2";
import { qwen1 } from "./architectures/older/qwen1";
import { olmo2 } from "./architectures/olmo2";
import { phi3 } from "./architectures/phi3";
import { qwen2, qwen2Moe, qwen3, qwen3Moe } from "./architectures/qwen";
import { stableLm } from "./architectures/stablelm";
import { starcoder2 } from "./architectures/starcoder2";
import { gemma3Vision } from "./architectures/vision/gemma3Vision";
import { llava } from "./architectures/vision/llava";
import { qwen2Vl, qwen3Vl, qwen3VlMoe } from "./architectures/vision/qwenVl";

/** The architectures known by name; `findArchitecture` has those that were brought. All others are inferred from their headers. */
export const architectures: readonly ArchitectureDefinition[] = [
  chatGlm,
  cohere,
  cohere2,
  deepSeek,
  exaone,
  exaone4,
  falcon,
  gemma,
  gemma2,
  gemma3,
  gemma3Vision,
  glm,
  glm4,
  glm4Moe,
  gpt2,
  gptNeox,
  gptOss,
  granite,
  internLm2,
  llama,
  llama4,
  llama4Vision,
  llava,
  mistral,
  mixtral,
  olmo2,
  phi2,
  phi3,
  qwen1,
  qwen2,
  qwen2Moe,
  qwen2Vl,
  qwen3,
  qwen3Moe,
  qwen3Next,
  qwen35Vision,
  qwen3Vl,
  qwen3VlMoe,
  smolLm3,
  stableLm,
  starcoder2,
];
