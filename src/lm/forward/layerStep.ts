import type { Device, DeviceBuffer } from "../../compute/device";
import { addScaled } from "../../compute/kernels/activations/addScaled";
import { norm } from "../../compute/kernels/activations/norm";
import { matmul } from "../../compute/kernels/products/matmul";
import type { LayerSpec, LinearSpec, NormSpec } from "../../model/forward/spec";
import type { LayerWeights } from "../weights/layerWeights";
import type { ChunkRows } from "./activations";

/** Keys and values of one layer for a group of sequences: f32 [keys, kvHeads · headDim] each. */
export interface KeyValues {
  readonly keys: DeviceBuffer;
  readonly values: DeviceBuffer;
}

/** A chunk on its way through a layer. */
export interface LayerStep {
  readonly device: Device;
  readonly layer: LayerSpec;
  readonly hidden: number;
  readonly weights: LayerWeights;
  readonly cache: KeyValues;
  /** cos and sin by position; absent where the layer does not rotate. */
  readonly turns: DeviceBuffer | undefined;
  /** f32 [rows, hidden]: the residual stream, changed in place. */
  readonly x: DeviceBuffer;
  readonly rows: ChunkRows;
}

/** f32 [rows, width] of the step's chunk. */
export function leaseRows({ device, rows }: LayerStep, width: number, label: string): Promise<DeviceBuffer> {
  return device.lease(rows.count * width * 4, label);
}

/** A norm over whole rows of the residual stream. */
export function normRows(step: LayerStep, spec: NormSpec, x: DeviceBuffer, y: DeviceBuffer): Promise<void> {
  const { kind, epsilon, offset } = spec;
  const weights = step.weights.shared.norm(spec);
  return norm(step.device, { kind, x, y, rows: step.rows.count, width: step.hidden, ...weights, epsilon, offset });
}

/** Adds a half of a layer to the residual stream: its last product, behind a norm if there is one, scaled. */
export async function addToResidual(
  step: LayerStep,
  output: LinearSpec,
  input: DeviceBuffer,
  after: NormSpec | undefined,
): Promise<void> {
  const { device, layer, weights, x, rows, hidden } = step;
  const scale = layer.residualScale;
  const { w, bias } = weights.shared.linear(output);
  const product = { x: input, w, ...(bias ? { bias } : {}), m: rows.count, n: hidden, k: output.inputs };
  // A product that adds what it makes scales the product alone, not the bias.
  if (!after && (scale === 1 || !bias)) return matmul(device, { ...product, y: x, accumulate: true, scale });
  using y = await leaseRows(step, hidden, "added");
  await matmul(device, { ...product, y });
  if (after) await normRows(step, after, y, y);
  await addScaled(device, { x: y, y: x, count: rows.count * hidden, scale });
}
