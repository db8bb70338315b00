import type { Floats, Words } from "../../base/bytes";
import type { DeviceBuffer } from "../../compute/device";
import { activate } from "../../compute/kernels/activations/activate";
import { addRows } from "../../compute/kernels/activations/addRows";
import { addScaled } from "../../compute/kernels/activations/addScaled";
import { copyRows } from "../../compute/kernels/activations/copyRows";
import { topKRoute } from "../../compute/kernels/activations/topKRoute";
import { matmul } from "../../compute/kernels/products/matmul";
import type { ExpertsSpec } from "../../model/forward/spec";
import type { PlacedWeights } from "../weights/layerWeights";
import { expertKey, ROUTER } from "../weights/weightPlan";
import { uploadWords } from "./activations";
import { type LayerStep, leaseRows, normRows } from "./layerStep";

/** Rows that an expert is asked for, and what each of its answers counts. */
interface Errand {
  readonly expert: number;
  readonly rows: Words;
  readonly weights: Floats;
}

/**
 * Experts instead of an MLP: the router sends each row to a few of them, and their answers are added to the residual stream, each
 * times its probability. Experts run in order of their number, so that sums come out the same however rows are packed.
 */
export async function runExperts(step: LayerStep, spec: ExpertsSpec, input: DeviceBuffer): Promise<void> {
  const { device, layer, weights, x, rows, hidden } = step;
  using sum = await leaseRows(step, hidden, "answers of experts");
  device.clear(sum, 0, rows.count * hidden * 4);
  for (const errand of await route(step, spec, input)) {
    await weights.withExpert(errand.expert, (expert) => ask(step, spec, expert, errand, input, sum));
  }
  if (layer.norms.afterMlp) await normRows(step, layer.norms.afterMlp, sum, sum);
  await addScaled(device, { x: sum, y: x, count: rows.count * hidden, scale: layer.residualScale });
}

/** The rows of each expert that has any. */
async function route(step: LayerStep, spec: ExpertsSpec, input: DeviceBuffer): Promise<readonly Errand[]> {
  const { device, weights, rows, hidden } = step;
  const { count: experts, perToken: topK, normalize: normalise } = spec;
  using logits = await leaseRows(step, experts, "router");
  using ids = await leaseRows(step, topK, "experts");
  using shares = await leaseRows(step, topK, "shares");
  const m = rows.count;
  await matmul(device, { x: input, w: weights.shared.get(ROUTER), y: logits, m, n: experts, k: hidden });
  await topKRoute(device, { logits, m, experts, topK, normalise, ids, weights: shares });
  const [idBytes, shareBytes] = await Promise.all([
    device.read(ids, 0, m * topK * 4),
    device.read(shares, 0, m * topK * 4),
  ]);
  return errandsOf(new Uint32Array(idBytes.buffer), new Float32Array(shareBytes.buffer), topK);
}

function errandsOf(ids: Uint32Array, shares: Float32Array, topK: number): readonly Errand[] {
  const places = new Map<number, number[]>();
  for (const [at, expert] of ids.entries()) {
    const known = places.get(expert);
    if (known) known.push(at);
    else places.set(expert, [at]);
  }
  return [...places]
    .sort(([a], [b]) => a - b)
    .map(([expert, at]) => ({
      expert,
      rows: Uint32Array.from(at, (place) => Math.floor(place / topK)),
      weights: Float32Array.from(at, (place) => shares[place] ?? 0),
    }));
}

/** Sends rows through an expert and adds its answers to theirs. */
async function ask(
  { device, hidden }: LayerStep,
  { width, activation: kind }: ExpertsSpec,
  expert: PlacedWeights,
  errand: Errand,
  input: DeviceBuffer,
  sum: DeviceBuffer,
): Promise<void> {
  const m = errand.rows.length;
  const weight = (matrix: Parameters<typeof expertKey>[1]) => expert.get(expertKey(errand.expert, matrix));
  using places = await uploadWords(device, errand.rows, "rows of an expert");
  using shares = await uploadWords(device, new Uint32Array(errand.weights.buffer), "shares of an expert");
  using asked = await device.lease(m * hidden * 4, "asked");
  using gate = await device.lease(m * width * 4, "gate");
  using inner = await device.lease(m * width * 4, "inner");
  await copyRows(device, { x: input, y: asked, from: places, m, width: hidden });
  await matmul(device, { x: asked, w: weight("gate"), y: gate, m, n: width, k: hidden });
  await matmul(device, { x: asked, w: weight("up"), y: inner, m, n: width, k: hidden });
  await activate(device, { kind, x: inner, gate, y: inner, count: m * width });
  await matmul(device, { x: inner, w: weight("down"), y: asked, m, n: hidden, k: width });
  await addRows(device, { x: asked, y: sum, to: places, weights: shares, m, width: hidden });
}
