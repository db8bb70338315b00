import type { Floats, Words } from "../../base/bytes";
import type { DeviceBuffer } from "../../compute/device";
import { capLogits } from "../../compute/kernels/activations/capLogits";
import { nllFold, RunningNll } from "../../compute/kernels/activations/nllFold";
import { norm } from "../../compute/kernels/activations/norm";
import type { Weight } from "../../compute/kernels/common/weight";
import { matmul } from "../../compute/kernels/products/matmul";
import type { Position } from "../types";
import { PlacedWeights } from "../weights/layerWeights";
import { Lent } from "../weights/lent";
import { type ModelParts, tablePlace } from "../weights/modelParts";
import { stripesInTurn, stripesOf } from "../weights/stripes";
import { HEAD_BIAS } from "../weights/weightPlan";
import { blocksOf, type PackedActivations, uploadWords } from "./activations";
import type { Chunk } from "./batch";

/** Logits that are on the device at a time, in bytes. */
const LOGIT_BYTES = 32 * 1024 * 1024;

/** A target for rows that have none: an id of no vocabulary. */
const NO_TARGET = 0xffff_ffff;

/** −log p of the successor of each token of a batch, in nats; see `LanguageModel.nll`. */
export async function nllOf(
  parts: ModelParts,
  activations: PackedActivations,
  signal: AbortSignal | undefined,
): Promise<readonly Float64Array[]> {
  const { spec, limits } = parts;
  const { sequences, chunks } = activations;
  const indexed = chunks.map((chunk, index) => ({ chunk, index }));
  const bytes = ({ chunk }: { readonly chunk: Chunk }) => chunk.ids.length * spec.hidden * 4;
  const all = new Float64Array(sequences.reduce((sum, ids) => sum + ids.length, 0));
  const targets = Uint32Array.from(sequences.flatMap((ids) => [...ids.slice(1), NO_TARGET]));
  let start = 0;
  for (const block of blocksOf(indexed, bytes, limits.normedBytes)) {
    const rows = block.map(({ index, chunk }) => {
      const first = start;
      start += chunk.ids.length;
      return { index, targets: targets.slice(first, start), into: all.subarray(first, start) };
    });
    await foldBlock(parts, activations, rows, signal);
  }
  let next = 0;
  return sequences.map((ids) => {
    const first = next;
    next += ids.length;
    return all.slice(first, next - 1);
  });
}

interface ChunkTargets {
  readonly index: number;
  readonly targets: Words;
  readonly into: Float64Array;
}

/** Chunks whose normed rows are on the device together, so that each stripe of the head is placed once for all of them. */
async function foldBlock(
  parts: ModelParts,
  activations: PackedActivations,
  block: readonly ChunkTargets[],
  signal: AbortSignal | undefined,
): Promise<void> {
  const { spec, plan, device } = parts;
  const { hidden, head } = spec;
  using weights = await PlacedWeights.place([...plan.norm.shared, ...plan.headBias], {
    source: parts.source,
    device,
    signal,
  });
  const bias = weights.find(HEAD_BIAS);
  using lent = new Lent();
  const folds: Fold[] = [];
  for (const { index, targets: ids, into } of block) {
    const m = ids.length;
    const running = lent.add(await RunningNll.open(device, m));
    const targets = lent.add(await uploadWords(device, ids, "targets"));
    const x = lent.add(await device.lease(m * hidden * 4, "states"));
    await activations.view(index, (rows) => finalNorm(parts, weights, rows, x, m));
    folds.push({ m, running, targets, x, into });
  }
  const stripes = stripesOf(plan.head, hidden, device);
  for await (const { stripe, placed } of stripesInTurn(stripes, tablePlace(parts, plan.head, signal))) {
    for (const { running, x, targets, m } of folds) {
      signal?.throwIfAborted();
      const { first, count: n } = stripe;
      const softCap = head.softCap ?? 0;
      const shared = { running, x, w: placed, targets, m, n, k: hidden, first, scale: head.scale, softCap };
      await nllFold(device, { ...shared, ...biasFrom(bias, first) });
    }
  }
  for (const { running, into } of folds) into.set(await running.read());
}

/** What is folded for one chunk. */
interface Fold {
  readonly m: number;
  readonly running: RunningNll;
  readonly targets: DeviceBuffer;
  /** f32 [m, hidden]: rows behind the final norm. */
  readonly x: DeviceBuffer;
  readonly into: Float64Array;
}

/** Rows at some positions behind the final norm: f32 [positions, hidden] on the device, lent to the caller. */
export async function statesAt(
  parts: ModelParts,
  activations: PackedActivations,
  positions: readonly Position[],
  signal: AbortSignal | undefined,
): Promise<DeviceBuffer> {
  const { plan, source, device } = parts;
  using weights = await PlacedWeights.place(plan.norm.shared, { source, device, signal });
  using lent = new Lent();
  const states = lent.add(await activations.gather(positions));
  await finalNorm(parts, weights, states, states, positions.length);
  lent.keep();
  return states;
}

function finalNorm(
  { spec, device }: ModelParts,
  weights: PlacedWeights,
  x: DeviceBuffer,
  y: DeviceBuffer,
  rows: number,
): Promise<void> {
  const { kind, epsilon, offset } = spec.norm;
  return norm(device, { kind, x, y, rows, width: spec.hidden, ...weights.norm(spec.norm), epsilon, offset });
}

/** Logits f32 [rows, vocabulary] of rows behind the final norm, scaled and capped. */
export async function logitsOf(
  parts: ModelParts,
  states: DeviceBuffer,
  rows: number,
  signal: AbortSignal | undefined,
): Promise<Floats> {
  const { spec, plan, device } = parts;
  const vocabulary = plan.head.rows;
  const logits = new Float32Array(rows * vocabulary);
  const atOnce = Math.max(1, Math.floor(LOGIT_BYTES / (vocabulary * 4)));
  const size = spec.hidden * 4;
  for (let from = 0; from < rows; from += atOnce) {
    const m = Math.min(atOnce, rows - from);
    if (m === rows) return logitRows(parts, states, m, logits, signal);
    using x = await device.lease(m * size, "states");
    device.copy(states, from * size, x, 0, m * size);
    await logitRows(parts, x, m, logits.subarray(from * vocabulary), signal);
  }
  return logits;
}

async function logitRows<Into extends Float32Array>(
  parts: ModelParts,
  x: DeviceBuffer,
  m: number,
  into: Into,
  signal: AbortSignal | undefined,
): Promise<Into> {
  const { spec, plan, device } = parts;
  const { hidden, head } = spec;
  const vocabulary = plan.head.rows;
  const stripes = stripesOf(plan.head, hidden, device);
  // Stripe by stripe, [m, stripe] each, so that all of them come back in one read.
  using all = await device.lease(m * vocabulary * 4, "logits");
  using weights = await PlacedWeights.place(plan.headBias, { source: parts.source, device, signal });
  const bias = weights.find(HEAD_BIAS);
  for await (const { stripe, placed } of stripesInTurn(stripes, tablePlace(parts, plan.head, signal))) {
    const { first, count: n } = stripe;
    using y = await device.lease(m * n * 4, "logits of a stripe");
    await matmul(device, { x, w: placed, ...biasFrom(bias, first), y, m, n, k: hidden, scale: head.scale });
    if (head.softCap !== undefined) await capLogits(device, { x: y, count: m * n, softCap: head.softCap });
    device.copy(y, 0, all, m * first * 4, m * n * 4);
  }
  const striped = new Float32Array((await device.read(all, 0, m * vocabulary * 4)).buffer);
  for (const { first, count } of stripes) {
    for (let row = 0; row < m; row++) {
      const at = m * first + row * count;
      into.set(striped.subarray(at, at + count), row * vocabulary + first);
    }
  }
  return into;
}

/** The bias of a stripe that begins at row `first`. */
function biasFrom(bias: Weight | undefined, first: number): { readonly bias?: Weight } {
  return bias ? { bias: { ...bias, row0: (bias.row0 ?? 0) + first } } : {};
}
