import wgsl from "../../../../shaders/attention/rope.wgsl?raw";
import type { Device, DeviceBuffer } from "../../device";
import { job, ROWS_OF_A_PIECE } from "../../fast";
import { define, dispatch, floats, reads, words, writes } from "../link/define";

const THREADS = 64;

export interface Rope {
  /** f32 [rows, heads, headDim], turned in place. */
  readonly x: DeviceBuffer;
  /** f32 [positions, rotary / 2, (cos, sin)], made on the host in f64: a shader's own sine is off by up to 4e-4 at large angles. */
  readonly table: DeviceBuffer;
  /** u32 [rows]: the row of the table for each row. */
  readonly positions: DeviceBuffer;
  readonly rows: number;
  readonly heads: number;
  readonly headDim: number;
  /** How many of a head's first elements turn; even. */
  readonly rotary: number;
  /** Whether element 2i turns with 2i + 1 (Cohere, GPT-J), and not i with i + rotary / 2. */
  readonly interleaved: boolean;
}

/** Rotary position embedding: each pair (a, b) becomes (a·cos − b·sin, b·cos + a·sin). */
export function rope(device: Device, options: Rope): Promise<void> {
  const { x, table, positions, rows, heads, headDim, rotary, interleaved } = options;
  const pairs = rotary / 2;
  const values = { rows, heads, headDim, pairs, step: interleaved ? 2 : 1, apart: interleaved ? 1 : pairs };
  return dispatch(device, kernel, [table, positions, x], values, Math.ceil((rows * heads * pairs) / THREADS));
}

/** One thread per pair. */
const kernel = define({
  name: "lm/rope",
  wgsl,
  constants: { THREADS },
  buffers: { turns: reads("array<vec2f>"), positions: reads("array<u32>"), x: writes("array<f32>") },
  uniforms: { rows: "u32", heads: "u32", headDim: "u32", pairs: "u32", step: "u32", apart: "u32" },
  reference([table, positionBytes, xBytes], { rows, heads, headDim, pairs, step, apart }) {
    const [turns, positions, x] = [floats(table), words(positionBytes), floats(xBytes)];
    for (let row = 0; row < rows; row++) {
      const turn = (positions[row] ?? 0) * pairs;
      for (let head = row * heads; head < (row + 1) * heads; head++) {
        for (let pair = 0; pair < pairs; pair++) {
          const i = head * headDim + pair * step;
          const [cos, sin] = [turns[2 * (turn + pair)] ?? 1, turns[2 * (turn + pair) + 1] ?? 0];
          const [a, b] = [x[i] ?? 0, x[i + apart] ?? 0];
          x[i] = a * cos - b * sin;
          x[i + apart] = b * cos + a * sin;
        }
      }
    }
  },
  fast: ([table = 0, positions = 0, x = 0], { rows, heads, headDim, pairs, step, apart }) =>
    job("rope", [table, positions, x, rows, heads, headDim, pairs, step, apart], Math.ceil(rows / ROWS_OF_A_PIECE)),
});
