import type { Target } from "./target";
import { config } from "./targets/config";
import { index } from "./targets/index";
import { safetensors } from "./targets/safetensors";

/** Everything that is fuzzed: a file in `targets`, and a line here. */
export const targets: readonly Target[] = [safetensors, index, config];

export function findTarget(name: string): Target | undefined {
  return targets.find((target) => target.name === name);
}
