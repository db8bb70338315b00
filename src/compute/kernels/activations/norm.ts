import byGroup from "../../../../shaders/activations/normGroup.wgsl?raw";
import parameters from "../../../../shaders/activations/normParameters.wgsl?raw";
import byThread from "../../../../shaders/activations/normThread.wgsl?raw";
import { memo } from "../../../base/memo";
import type { Device, DeviceBuffer } from "../../device";
import { f32Bits, job, ROWS_OF_A_PIECE } from "../../fast";
import { DTYPE_CODE, type Weight, widenStretch } from "../common/weight";
import { define, dispatch, floats, reads, writes } from "../link/define";
import { only } from "../link/link";

const THREADS = 64;

export interface Norm {
  /** `rms` divides by √(mean of squares + ε); `layer` takes the mean away first. */
  readonly kind: "rms" | "layer";
  /** f32 [rows, width]; both may be one buffer. */
  readonly x: DeviceBuffer;
  readonly y: DeviceBuffer;
  readonly rows: number;
  readonly width: number;
  /** [weightRows, width], multiplied by after `offset` is added; absent: 1. */
  readonly weight?: Weight;
  /** [weightRows, width], added last; absent: 0. */
  readonly bias?: Weight;
  readonly epsilon: number;
  /** Added to the weight: 1 in Gemma, 0 unless given. */
  readonly offset?: number;
  /** Row r takes row r mod `weightRows` of weight and bias: one weight per head where rows are heads. 1 unless given. */
  readonly weightRows?: number;
}

/**
 * RMSNorm or LayerNorm of every row: `y = (x − mean) / √(variance + ε) · (weight + offset) + bias`.
 * Norms of heads are norms of rows · heads rows of one head's width.
 */
export function norm(device: Device, options: Norm): Promise<void> {
  const { kind, x, y, rows, width, weight, bias, epsilon, offset = 0, weightRows = 1 } = options;
  const values = {
    rows,
    width,
    weightRows,
    centred: kind === "layer" ? 1 : 0,
    weightFirst: (weight?.row0 ?? 0) * width,
    weightType: weight ? DTYPE_CODE[weight.dtype] : ABSENT,
    biasFirst: (bias?.row0 ?? 0) * width,
    biasType: bias ? DTYPE_CODE[bias.dtype] : ABSENT,
    epsilon,
    offset,
  };
  const some = weight?.buffer ?? bias?.buffer;
  const buffers = [y, ...(x === y ? [] : [x]), ...(some ? [weight?.buffer ?? some, bias?.buffer ?? some] : [])];
  const perThread = !device.traits.cheapBarriers;
  const kernel = normKernel(perThread, x === y, some !== undefined);
  return dispatch(device, kernel, buffers, values, perThread ? Math.ceil(rows / THREADS) : rows);
}

/** The widest rows whose weight and bias a thread has room for. */
const WIDEST = 65_000;

/** The type of a weight or bias that is not there. */
const ABSENT = 3;

const PARAMETERS = { weight: reads("array<u32>"), bias: reads("array<u32>") };

/**
 * A kernel for each form: WebGPU lets no dispatch read a buffer through one binding and write it through another, nor a binding be empty.
 * @param perThread a thread per row instead of a workgroup
 * @param weighted whether there is a weight or a bias
 */
const normKernel = memo((perThread: boolean, inPlace: boolean, weighted: boolean) =>
  define({
    name: `lm/norm${perThread ? " by thread" : ""}${inPlace ? " in place" : ""}${weighted ? "" : " bare"}`,
    wgsl: [parameters, perThread ? byThread : byGroup].join("\n"),
    lists: { ...only(inPlace ? "in_place" : "apart", ["in_place", "apart"]), weighted: weighted ? [0] : [] },
    constants: { THREADS, ABSENT },
    buffers: {
      y: writes("array<f32>"),
      ...(inPlace ? {} : { x: reads("array<f32>") }),
      ...(weighted ? PARAMETERS : {}),
    },
    uniforms: {
      rows: "u32",
      width: "u32",
      weightRows: "u32",
      centred: "u32",
      weightFirst: "u32",
      weightType: "u32",
      biasFirst: "u32",
      biasType: "u32",
      epsilon: "f32",
      offset: "f32",
    },
    reference(buffers, values) {
      const [y, x] = [floats(buffers[0]), floats(buffers[inPlace ? 0 : 1])];
      const { rows, width, weightRows, centred, weightFirst, weightType, biasFirst, biasType, epsilon, offset } =
        values;
      const [weightBytes, biasBytes] = buffers.slice(inPlace ? 1 : 2);
      const size = weightRows * width;
      const factor =
        weightType === ABSENT
          ? new Float32Array(size).fill(1)
          : widenStretch(weightBytes, weightType, weightFirst, size).map((value) => value + offset);
      const bias = biasType === ABSENT ? new Float32Array(size) : widenStretch(biasBytes, biasType, biasFirst, size);
      for (let r = 0; r < rows; r++) {
        const row = x.subarray(r * width, (r + 1) * width);
        const mean = centred ? sumOf(row, (value) => value) / width : 0;
        const scale = 1 / Math.sqrt(sumOf(row, (value) => (value - mean) ** 2) / width + epsilon);
        const at = (r % weightRows) * width;
        for (let i = 0; i < width; i++) {
          y[r * width + i] = ((row[i] ?? 0) - mean) * scale * (factor[at + i] ?? 0) + (bias[at + i] ?? 0);
        }
      }
    },
    fast(buffers, values) {
      const { rows, width, weightRows, centred, weightFirst, weightType, biasFirst, biasType, epsilon, offset } =
        values;
      if (width > WIDEST) return undefined;
      const [y = 0, x = 0] = [buffers[0], buffers[inPlace ? 0 : 1]];
      const [weight = 0, bias = 0] = buffers.slice(inPlace ? 1 : 2);
      const facts = [rows, width, weightRows, centred, weightFirst, weightType, biasFirst, biasType];
      const numbers = [y, x, weight, bias, ...facts, f32Bits(epsilon), f32Bits(offset)];
      return job("norm", numbers, Math.ceil(rows / ROWS_OF_A_PIECE));
    },
  }),
);

function sumOf(row: Float32Array, term: (value: number) => number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += term(row[i] ?? 0);
  return sum;
}
