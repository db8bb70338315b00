import type { DeviceBuffer } from "../../compute/device";
import { activate } from "../../compute/kernels/activations/activate";
import { matmul } from "../../compute/kernels/products/matmul";
import type { ExpertsSpec, LinearSpec, MlpSpec } from "../../model/forward/spec";
import { addToResidual, type LayerStep, leaseRows } from "./layerStep";

/** The MLP half of a layer: what it makes of `input` is added to the residual stream. */
export async function runMlp(step: LayerStep, mlp: Exclude<MlpSpec, ExpertsSpec>, input: DeviceBuffer): Promise<void> {
  const { device, layer, rows } = step;
  const width = mlp.down.inputs;
  const count = rows.count * width;
  const kind = mlp.activation;
  using inner = await leaseRows(step, width, "inner");
  switch (mlp.kind) {
    case "gated": {
      using gate = await leaseRows(step, width, "gate");
      await product(step, mlp.gate, input, gate);
      await product(step, mlp.up, input, inner);
      await activate(device, { kind, x: inner, gate, y: inner, count });
      break;
    }
    case "fused-gated": {
      using both = await leaseRows(step, 2 * width, "gate and up");
      await product(step, mlp.gateUp, input, both);
      await activate(device, { kind, x: both, fusedWidth: width, y: inner, count });
      break;
    }
    case "plain":
      await product(step, mlp.up, input, inner);
      await activate(device, { kind, x: inner, y: inner, count });
  }
  await addToResidual(step, mlp.down, inner, layer.norms.afterMlp);
}

function product({ device, weights, rows }: LayerStep, linear: LinearSpec, x: DeviceBuffer, y: DeviceBuffer) {
  return matmul(device, { x, ...weights.shared.linear(linear), y, m: rows.count, n: linear.outputs, k: linear.inputs });
}
