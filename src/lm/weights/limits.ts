import { largest } from "../../base/lists";
import type { DeviceInfo } from "../../compute/device";
import { attentionWidths, type LayerSpec, type ModelSpec } from "../../model/forward/spec";
import type { BatchLimits } from "../forward/batch";
import type { WeightBudget } from "./layerWeights";

/** Rows that go through a layer together at most: more would make no product faster. */
const MAX_CHUNK_ROWS = 1024;

/** How a model divides a device's memory. */
export interface Limits {
  readonly batch: BatchLimits;
  /** Activations of a batch stay on the device up to this; half of it again holds normed rows beside them. */
  readonly activationBytes: number;
  readonly weights: WeightBudget;
  /** Keys and values of answers under way. */
  readonly cacheBytes: number;
}

/**
 * Half of the budget for weights, a quarter for activations, an eighth each for what is between two steps of a layer and for keys and
 * values. A key-value cache of answers, whose activations are small, has the quarter.
 */
export function limitsOf(spec: ModelSpec, device: DeviceInfo, prefetch: boolean): Limits {
  const { budgetBytes, maxBindingBytes } = device;
  const rowBytes = largest(spec.layers.map((layer) => rowWidth(layer, spec.hidden))) * 4;
  const widest = largest(spec.layers.map((layer) => widestOf(layer, spec.hidden))) * 4;
  const keyBytes = largest(spec.layers.map(({ attention }) => attentionWidths(attention).keys)) * 4;
  const chunkRows = Math.min(
    MAX_CHUNK_ROWS,
    Math.floor(budgetBytes / 8 / rowBytes),
    Math.floor(maxBindingBytes / widest),
  );
  return {
    batch: {
      chunkRows: Math.max(1, chunkRows),
      groupKeys: Math.max(1, Math.floor(Math.min(budgetBytes / 8 / 2, maxBindingBytes) / keyBytes)),
      maxKeys: Math.floor(maxBindingBytes / keyBytes),
    },
    activationBytes: budgetBytes / 4,
    weights: { bytes: budgetBytes / 2, ahead: prefetch },
    cacheBytes: budgetBytes / 4,
  };
}

/** f32 columns that exist at once for a row between two steps of a layer. */
function rowWidth({ attention, mlp }: LayerSpec, hidden: number): number {
  const { queries, keys } = attentionWidths(attention);
  const attending = 2 * queries + 4 * keys; // with a fused product beside its parts
  const width = mlpWidth({ mlp });
  return 3 * hidden + Math.max(attending, 3 * width);
}

function widestOf({ attention, mlp }: LayerSpec, hidden: number): number {
  const { queries, keys } = attentionWidths(attention);
  return Math.max(hidden, queries + 2 * keys, 2 * mlpWidth({ mlp }));
}

function mlpWidth({ mlp }: Pick<LayerSpec, "mlp">): number {
  return mlp.kind === "experts" ? mlp.width : mlp.down.inputs;
}
