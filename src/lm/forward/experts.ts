import type { Floats, Words } from "../../base/bytes";
import type { Device, DeviceBuffer } from "../../compute/device";
import { activate } from "../../compute/kernels/activations/activate";
import { addRows } from "../../compute/kernels/activations/addRows";
import { addScaled } from "../../compute/kernels/activations/addScaled";
import { copyRows } from "../../compute/kernels/activations/copyRows";
import { topKRoute } from "../../compute/kernels/activations/topKRoute";
import type { Weight } from "../../compute/kernels/common/weight";
import { matmul } from "../../compute/kernels/products/matmul";
import { widen } from "../../formats/convert";
import { DTYPE_BYTES } from "../../formats/dtypes";
import type { ExpertsSpec, SharedExpertSpec } from "../../model/forward/spec";
import { CHOICE_BIAS, expertKey, ROUTER } from "../weights/weightPlan";
import { uploadWords } from "./activations";
import { chooseExperts } from "./chooseExperts";
import { type LayerStep, leaseRows, normRows } from "./layerStep";

/** Rows that an MLP is asked for, and what each of its answers counts. */
interface Asked {
  readonly rows: Words;
  readonly weights: Floats;
}

interface Errand extends Asked {
  readonly expert: number;
}

/** A gated MLP whose weights are on the device. */
interface PlacedMlp extends Pick<ExpertsSpec, "width" | "activation"> {
  readonly gate: PlacedLinear;
  readonly up: PlacedLinear;
  readonly down: PlacedLinear;
}

interface PlacedLinear {
  readonly w: Weight;
  readonly bias?: Weight;
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
    const { expert, ...asked } = errand;
    await weights.withExpert(expert, (placed) => {
      const weight = (matrix: Parameters<typeof expertKey>[1]) => ({ w: placed.get(expertKey(expert, matrix)) });
      const matrices = { gate: weight("gate"), up: weight("up"), down: weight("down") };
      return ask(step, { ...spec, ...matrices }, asked, input, sum);
    });
  }
  if (spec.shared) await askShared(step, spec.shared, spec.activation, input, sum);
  if (layer.norms.afterMlp) await normRows(step, layer.norms.afterMlp, sum, sum);
  await addScaled(device, { x: sum, y: x, count: rows.count * hidden, scale: layer.residualScale });
}

/** The rows of each expert that has any. */
async function route(step: LayerStep, spec: ExpertsSpec, input: DeviceBuffer): Promise<readonly Errand[]> {
  const { device, weights, rows, hidden } = step;
  const { count: experts, perToken: topK, normalize: normalise, choice } = spec;
  using logits = await leaseRows(step, experts, "router");
  const m = rows.count;
  await matmul(device, { x: input, w: weights.shared.get(ROUTER), y: logits, m, n: experts, k: hidden });
  if (choice) {
    const bias = weights.shared.find(CHOICE_BIAS);
    const scores = new Float32Array((await device.read(logits, 0, m * experts * 4)).buffer);
    const chosen = chooseExperts(scores, spec, choice, bias && (await readVector(device, bias, experts)));
    return errandsOf(chosen.ids, chosen.shares, topK);
  }
  using ids = await leaseRows(step, topK, "experts");
  using shares = await leaseRows(step, topK, "shares");
  await topKRoute(device, { logits, m, experts, topK, normalise, ids, weights: shares });
  const [idBytes, shareBytes] = await Promise.all([
    device.read(ids, 0, m * topK * 4),
    device.read(shares, 0, m * topK * 4),
  ]);
  return errandsOf(new Uint32Array(idBytes.buffer), new Float32Array(shareBytes.buffer), topK);
}

/** A short weight as numbers. */
async function readVector(device: Device, { buffer, dtype }: Weight, count: number): Promise<Floats> {
  return widen(await device.read(buffer, 0, count * DTYPE_BYTES[dtype]), dtype);
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

/** The MLP beside the experts: all rows go through it. */
async function askShared(
  step: LayerStep,
  { gate, up, down, by }: SharedExpertSpec,
  activation: ExpertsSpec["activation"],
  input: DeviceBuffer,
  sum: DeviceBuffer,
): Promise<void> {
  const { device, rows, hidden, weights } = step;
  const m = rows.count;
  const shares = new Float32Array(m).fill(1);
  if (by) {
    using logits = await leaseRows(step, 1, "gate of the shared expert");
    await matmul(device, { x: input, ...weights.shared.linear(by), y: logits, m, n: 1, k: hidden });
    const read = new Float32Array((await device.read(logits, 0, m * 4)).buffer);
    for (const [row, logit] of read.entries()) shares[row] = 1 / (1 + Math.exp(-logit));
  }
  const linear = (spec: SharedExpertSpec["gate"]) => weights.shared.linear(spec);
  const mlp = { width: gate.outputs, activation, gate: linear(gate), up: linear(up), down: linear(down) };
  await ask(step, mlp, { rows: Uint32Array.from({ length: m }, (_, row) => row), weights: shares }, input, sum);
}

/** Sends rows through an MLP and adds its answers to theirs. */
async function ask(
  { device, hidden }: LayerStep,
  { width, activation: kind, gate: gateWeights, up, down }: PlacedMlp,
  { rows, weights }: Asked,
  input: DeviceBuffer,
  sum: DeviceBuffer,
): Promise<void> {
  const m = rows.length;
  using places = await uploadWords(device, rows, "rows of an expert");
  using shares = await uploadWords(device, new Uint32Array(weights.buffer), "shares of an expert");
  using asked = await device.lease(m * hidden * 4, "asked");
  using gate = await device.lease(m * width * 4, "gate");
  using inner = await device.lease(m * width * 4, "inner");
  await copyRows(device, { x: input, y: asked, from: places, m, width: hidden });
  await matmul(device, { x: asked, ...gateWeights, y: gate, m, n: width, k: hidden });
  await matmul(device, { x: asked, ...up, y: inner, m, n: width, k: hidden });
  await activate(device, { kind, x: inner, gate, y: inner, count: m * width });
  await matmul(device, { x: inner, ...down, y: asked, m, n: hidden, k: width });
  await addRows(device, { x: asked, y: sum, to: places, weights: shares, m, width: hidden });
}
