import type { Device } from "../../compute/device";
import type { ModelSpec } from "../../model/forward/spec";
import type { TensorSource } from "../../model/sources/tensorSource";
import type { Limits } from "./limits";
import type { TablePlace } from "./stripes";
import type { TablePlan, WeightPlan } from "./weightPlan";

/** What every step of the forward pass works with. */
export interface ModelParts {
  readonly spec: ModelSpec;
  readonly plan: WeightPlan;
  readonly source: TensorSource;
  readonly device: Device;
  readonly limits: Limits;
}

/** Where the stripes of one of the model's tables come from. */
export function tablePlace(
  { spec, source, device, limits }: ModelParts,
  table: TablePlan,
  signal: AbortSignal | undefined,
): TablePlace {
  return { table, width: spec.hidden, source, device, prefetch: limits.weights.ahead, signal };
}
