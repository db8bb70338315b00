import wgsl from "../../../../shaders/activations/copyRows.wgsl?raw";
import type { Device, DeviceBuffer } from "../../device";
import { job, ROWS_OF_A_PIECE } from "../../fast";
import { define, dispatch, floats, reads, words, writes } from "../link/define";

const THREADS = 64;

export interface CopyRows {
  /** f32 rows of `width` elements; two buffers. */
  readonly x: DeviceBuffer;
  readonly y: DeviceBuffer;
  /** u32 [m]: the row of x that is copied i-th; i unless given. */
  readonly from?: DeviceBuffer;
  /** u32 [m], no row twice: the row of y that it is copied to; i unless given. */
  readonly to?: DeviceBuffer;
  readonly m: number;
  readonly width: number;
}

/** `y[to[i]] = x[from[i]]`: rows into a key-value cache, rows for an expert, rows whose logits are wanted. */
export function copyRows(device: Device, { x, y, from, to, m, width }: CopyRows): Promise<void> {
  const values = { m, width, listed: (from ? 1 : 0) + (to ? 2 : 0) };
  return dispatch(device, kernel, [x, from ?? x, to ?? x, y], values, m);
}

/** One workgroup per row. */
const kernel = define({
  name: "lm/copyRows",
  wgsl,
  constants: { THREADS },
  buffers: {
    x: reads("array<f32>"),
    sources: reads("array<u32>"),
    places: reads("array<u32>"),
    y: writes("array<f32>"),
  },
  uniforms: { m: "u32", width: "u32", listed: "u32" },
  reference([xBytes, fromBytes, toBytes, yBytes], { m, width, listed }) {
    const [x, y] = [floats(xBytes), floats(yBytes)];
    const [from, to] = [words(fromBytes), words(toBytes)];
    for (let i = 0; i < m; i++) {
      const source = (listed & 1 ? (from[i] ?? 0) : i) * width;
      y.set(x.subarray(source, source + width), (listed & 2 ? (to[i] ?? 0) : i) * width);
    }
  },
  fast: ([x = 0, from = 0, to = 0, y = 0], { m, width, listed }) =>
    job("copyRows", [x, from, to, y, m, width, listed], Math.ceil(m / ROWS_OF_A_PIECE)),
});
