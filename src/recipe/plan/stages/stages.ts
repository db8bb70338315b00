import type { MergePlan } from "../plan";

/** The plan of the recipe whose result a plan takes under this key, if it is one. Its own stages, if any, stand before it. */
export function stageOf({ stages }: Pick<MergePlan, "stages">, key: string): MergePlan | undefined {
  const at = stages.findIndex((stage) => stage.key === key);
  const found = stages[at]?.plan;
  return found && { ...found, stages: stages.slice(0, at) };
}
