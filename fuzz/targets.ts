import type { Target } from "./target";
import { config } from "./targets/config";
import { index } from "./targets/index";
import { journals } from "./targets/journals";
import { links } from "./targets/links";
import { prompts } from "./targets/prompts";
import { safetensors } from "./targets/safetensors";
import { template } from "./targets/template";
import { tokenizer } from "./targets/tokenizer";
import { torch } from "./targets/torch";
import { yaml } from "./targets/yaml";

/** Everything that is fuzzed: a file in `targets`, and a line here. */
export const targets: readonly Target[] = [
  safetensors,
  torch,
  index,
  config,
  tokenizer,
  template,
  yaml,
  links,
  prompts,
  journals,
];

export function findTarget(name: string): Target | undefined {
  return targets.find((target) => target.name === name);
}
