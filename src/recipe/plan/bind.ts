import type { TensorParameters } from "../facts";
import { planTotals } from "./output/totals";
import type { MergePlan, PlannedStage, PlannedTensor } from "./plan";
import type { PlanStructure } from "./planContext";

export interface BindOptions {
  /** Of random masks. Absent: the recipe's own, else 0. */
  readonly seed?: number;
  /** Bytes the device pool may hold. */
  readonly budgetBytes: number;
}

/**
 * Puts numbers into a structure: a plan that can be run. Nothing is read, parsed or looked up, so a guard, a slider or a search may do
 * it as often as they like.
 * @param parametersOf of each tensor, its inputs in the plan's order; absent: as the recipe says
 */
export function bind(
  {
    context,
    tensors: structured,
    models,
    outputDType,
    config,
    sideFiles,
    rowMaps,
    donor,
    recipe,
    mixture,
    stages,
  }: PlanStructure,
  { seed, budgetBytes }: BindOptions,
  parametersOf?: (tensor: PlannedTensor) => TensorParameters,
): MergePlan {
  const tensors = parametersOf ? structured.map((tensor) => withParameters(tensor, parametersOf(tensor))) : structured;
  return {
    method: context.method.id,
    models,
    seed: seed ?? context.recipe.extras.seed ?? 0,
    outputDType,
    tensors,
    config,
    sideFiles,
    rowMaps,
    stages: boundStages(stages, { seed, budgetBytes }),
    totals: planTotals(tensors, budgetBytes),
    ...(donor ? { donor } : {}),
    recipe,
    ...(mixture ? { mixture } : {}),
  };
}

/** One plan for each recipe, under however many references. */
function boundStages(stages: PlanStructure["stages"], { seed, budgetBytes }: StageOptions): readonly PlannedStage[] {
  const plans = new Map<PlanStructure, MergePlan>();
  return stages.map(({ key, structure }) => {
    const plan = plans.get(structure) ?? bind(structure, { budgetBytes, ...(seed === undefined ? {} : { seed }) });
    plans.set(structure, plan);
    return { key, plan };
  });
}

interface StageOptions {
  readonly seed: number | undefined;
  readonly budgetBytes: number;
}

function withParameters(tensor: PlannedTensor, { globals, inputs }: TensorParameters): PlannedTensor {
  return {
    ...tensor,
    parameters: globals,
    inputs: tensor.inputs.map((input, k) => ({ ...input, parameters: inputs[k]?.parameters ?? input.parameters })),
  };
}
