import wgsl from "../../../../shaders/activations/nllFold.wgsl?raw";
import type { Device, DeviceBuffer } from "../../device";
import { f32Bits, job, ROWS_OF_A_PIECE } from "../../fast";
import type { Weight } from "../common/weight";
import { define, dispatch, floats, reads, words, writes } from "../link/define";
import { matmul } from "../products/matmul";

const THREADS = 64;

/** Logits that exist at a time unless a caller says otherwise: 16 MiB. */
const LOGITS_AT_ONCE = 4 << 20;

/** No logit is that small. */
const NOTHING = -3e38;

/** What is known of each row after some stripes of the vocabulary: f32 [m, (largest logit, Σ exp(logit − largest), the target's logit, 0)]. */
export class RunningNll implements Disposable {
  private constructor(
    private readonly device: Device,
    private readonly m: number,
    readonly buffer: DeviceBuffer,
  ) {}

  /** Nothing known yet, of `m` rows. */
  static async open(device: Device, m: number): Promise<RunningNll> {
    const buffer = await device.lease(16 * m, "running nll");
    const start = Float32Array.from({ length: 4 * m }, (_, i) => (i % 4 === 0 ? NOTHING : 0));
    device.write(buffer, 0, new Uint8Array(start.buffer));
    return new RunningNll(device, m, buffer);
  }

  /** −log p(target) in nats of each row, once the whole vocabulary was folded in. */
  async read(): Promise<Float64Array> {
    const state = floats(await this.device.read(this.buffer, 0, 16 * this.m));
    return Float64Array.from({ length: this.m }, (_, row) => {
      const [most = 0, sum = 0, hit = 0] = state.subarray(4 * row, 4 * row + 3);
      return most + Math.log(sum) - hit;
    });
  }

  [Symbol.dispose](): void {
    this.buffer[Symbol.dispose]();
  }
}

export interface NllFold {
  readonly running: RunningNll;
  /** f32 [m, k]: rows after the final norm. */
  readonly x: DeviceBuffer;
  /** [n, k]: the rows of the head for ids [first, first + n), from `row0` on. */
  readonly w: Weight;
  /** [n]: added to the logits of these ids, from `row0` on. */
  readonly bias?: Weight;
  /** u32 [m]: the id whose probability is asked for. */
  readonly targets: DeviceBuffer;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly first: number;
  /** Multiplies the logits; 1 unless given. */
  readonly scale?: number;
  /** c in c·tanh(logit / c), after the scale; 0, unless given: none. */
  readonly softCap?: number;
  /** How many logits of all rows together may exist at a time; 4 Mi unless given. Never less than 64 a row. */
  readonly atOnce?: number;
}

/**
 * Folds a stripe of the vocabulary into what is known of each row. A few thousand logits a row exist at a time, and are written over by
 * the next: a product and a fold cost one write and one read of each logit, next to 2k operations that made it.
 */
export async function nllFold(device: Device, options: NllFold): Promise<void> {
  const { running, x, w, bias, targets, m, n, k, first, scale = 1, softCap = 0, atOnce = LOGITS_AT_ONCE } = options;
  const width = Math.min(n, Math.max(64, Math.floor(atOnce / m)));
  using logits = await device.lease(4 * m * width, "logits of a stripe");
  for (let at = 0; at < n; at += width) {
    const columns = Math.min(width, n - at);
    const from = (weight: Weight): Weight => ({ ...weight, row0: (weight.row0 ?? 0) + at });
    const product = { x, w: from(w), ...(bias && { bias: from(bias) }), y: logits, m, n: columns, k, scale };
    await matmul(device, product);
    const values = { m, n: columns, first: first + at, softCap };
    await dispatch(device, kernel, [logits, targets, running.buffer], values, m);
  }
}

/** One workgroup per row. */
const kernel = define({
  name: "lm/nllFold",
  wgsl,
  constants: { THREADS },
  buffers: { logits: reads("array<f32>"), targets: reads("array<u32>"), running: writes("array<vec4f>") },
  uniforms: { m: "u32", n: "u32", first: "u32", softCap: "f32" },
  reference([logitBytes, targetBytes, runningBytes], { m, n, first, softCap }) {
    const [logits, targets, running] = [floats(logitBytes), words(targetBytes), floats(runningBytes)];
    for (let row = 0; row < m; row++) {
      const mine = logits.subarray(row * n, (row + 1) * n);
      if (softCap > 0) for (let i = 0; i < n; i++) mine[i] = softCap * Math.tanh((mine[i] ?? 0) / softCap);
      const [before = NOTHING, sum = 0] = running.subarray(4 * row, 4 * row + 2);
      const most = mine.reduce((largest, logit) => Math.max(largest, logit), before);
      let total = sum * Math.exp(before - most);
      for (let i = 0; i < n; i++) total += Math.exp((mine[i] ?? 0) - most);
      running[4 * row] = most;
      running[4 * row + 1] = total;
      const target = (targets[row] ?? 0) - first;
      if (target >= 0 && target < n) running[4 * row + 2] = mine[target] ?? 0;
    }
  },
  fast: ([logits = 0, targets = 0, running = 0], { m, n, first, softCap }) =>
    job("nllFold", [logits, targets, running, m, n, first, f32Bits(softCap)], Math.ceil(m / ROWS_OF_A_PIECE)),
});
