import type { DeviceBuffer } from "../../compute/device";
import type { NormSpec } from "../../model/forward/spec";
import { attend } from "./attention";
import { runExperts } from "./experts";
import { type LayerStep, normRows } from "./layerStep";
import { runMlp } from "./mlp";

/** Takes the rows of a chunk through a layer, in place. Their keys and values join those of the rows before them. */
export async function runLayer(step: LayerStep): Promise<void> {
  const { norms, order } = step.layer;
  if (order === "parallel") {
    using forAttention = await normedCopy(step, norms.beforeAttention);
    const shared = norms.beforeMlp === norms.beforeAttention;
    using forMlp = shared ? undefined : await normedCopy(step, norms.beforeMlp);
    await attend(step, forAttention);
    await halfWithMlp(step, forMlp ?? forAttention);
    return;
  }
  {
    using normed = norms.beforeAttention && (await normedCopy(step, norms.beforeAttention));
    await attend(step, normed ?? step.x);
  }
  using normed = norms.beforeMlp && (await normedCopy(step, norms.beforeMlp));
  await halfWithMlp(step, normed ?? step.x);
}

function halfWithMlp(step: LayerStep, input: DeviceBuffer): Promise<void> {
  const { mlp } = step.layer;
  return mlp.kind === "experts" ? runExperts(step, mlp, input) : runMlp(step, mlp, input);
}

/** The rows behind a norm; without one, a copy that the layer's own sum does not change. */
async function normedCopy(step: LayerStep, spec: NormSpec | undefined): Promise<DeviceBuffer> {
  const { device, x, rows, hidden } = step;
  const y = await device.lease(rows.count * hidden * 4, "normed");
  if (spec) await normRows(step, spec, x, y);
  else device.copy(x, 0, y, 0, rows.count * hidden * 4);
  return y;
}
