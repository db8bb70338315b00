import wgsl from "../../../../shaders/activations/addRows.wgsl?raw";
import type { Device, DeviceBuffer } from "../../device";
import { job, ROWS_OF_A_PIECE } from "../../fast";
import { define, dispatch, floats, reads, words, writes } from "../link/define";

const THREADS = 64;

export interface AddRows {
  /** f32 [m, width]. */
  readonly x: DeviceBuffer;
  /** f32 rows of `width` elements. */
  readonly y: DeviceBuffer;
  /** u32 [m], no row twice: the row of y that row i of x is added to. */
  readonly to: DeviceBuffer;
  /** f32 [m]: what row i is multiplied by. */
  readonly weights: DeviceBuffer;
  readonly m: number;
  readonly width: number;
}

/** `y[to[i]] += weights[i] · x[i]`: what an expert gives back to the tokens it was asked for. */
export function addRows(device: Device, { x, y, to, weights, m, width }: AddRows): Promise<void> {
  return dispatch(device, kernel, [x, to, weights, y], { m, width }, m);
}

/** One workgroup per row. */
const kernel = define({
  name: "lm/addRows",
  wgsl,
  constants: { THREADS },
  buffers: {
    x: reads("array<f32>"),
    places: reads("array<u32>"),
    weights: reads("array<f32>"),
    y: writes("array<f32>"),
  },
  uniforms: { m: "u32", width: "u32" },
  reference([xBytes, toBytes, weightBytes, yBytes], { m, width }) {
    const [x, y, to, weights] = [floats(xBytes), floats(yBytes), words(toBytes), floats(weightBytes)];
    for (let i = 0; i < m; i++) {
      const [at, weight] = [(to[i] ?? 0) * width, weights[i] ?? 0];
      for (let j = 0; j < width; j++) y[at + j] = (y[at + j] ?? 0) + weight * (x[i * width + j] ?? 0);
    }
  },
  fast: ([x = 0, to = 0, weights = 0, y = 0], { m, width }) =>
    job("addRows", [x, to, weights, y, m, width], Math.ceil(m / ROWS_OF_A_PIECE)),
});
