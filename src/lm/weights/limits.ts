import { largest } from "../../base/lists";
import type { DeviceInfo } from "../../compute/device";
import { shareOf } from "../../compute/memoryLedger";
import { attentionWidths, type LayerSpec, type ModelSpec } from "../../model/forward/spec";
import type { BatchLimits } from "../forward/batch";
import type { WeightBudget } from "./layerWeights";

/** Rows that go through a layer together at most: more would make no product faster. */
const MAX_CHUNK_ROWS = 1024;

/** How a model divides a device's memory. */
export interface Limits {
  readonly batch: BatchLimits;
  /** Activations of a batch stay on the device up to this. */
  readonly activationBytes: number;
  /** Rows behind the final norm, beside them. */
  readonly normedBytes: number;
  readonly weights: WeightBudget;
}

/** @param prefetch whether the next layer is placed while one is used */
export function limitsOf(spec: ModelSpec, device: DeviceInfo, prefetch: boolean): Limits {
  const { budgetBytes, maxBindingBytes } = device;
  const rowBytes = largest(spec.layers.map((layer) => rowWidth(layer, spec.hidden))) * 4;
  const widest = largest(spec.layers.map((layer) => widestOf(layer, spec.hidden))) * 4;
  const keyBytes = largest(spec.layers.map(({ attention }) => attentionWidths(attention).keys)) * 4;
  const chunkRows = Math.min(
    MAX_CHUNK_ROWS,
    Math.floor(shareOf(budgetBytes, "measuring", "step") / rowBytes),
    Math.floor(maxBindingBytes / widest),
  );
  const keysAndValues = shareOf(budgetBytes, "measuring", "keys");
  return {
    batch: {
      chunkRows: Math.max(1, chunkRows),
      groupKeys: Math.max(1, Math.floor(Math.min(keysAndValues / 2, maxBindingBytes) / keyBytes)),
      maxKeys: Math.floor(maxBindingBytes / keyBytes),
    },
    activationBytes: shareOf(budgetBytes, "measuring", "activations"),
    normedBytes: shareOf(budgetBytes, "scoring", "normed"),
    weights: { bytes: shareOf(budgetBytes, "measuring", "weights"), ahead: prefetch },
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
