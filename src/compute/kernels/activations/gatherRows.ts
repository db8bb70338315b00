import wgsl from "../../../../shaders/activations/gatherRows.wgsl?raw";
import type { Device, DeviceBuffer } from "../../device";
import { f32Bits, job, ROWS_OF_A_PIECE } from "../../fast";
import { DTYPE_CODE, type Weight, widenStretch } from "../common/weight";
import { define, dispatch, floats, reads, words, writes } from "../link/define";

const THREADS = 64;

export interface GatherRows {
  /** Rows of `width` elements; the one at `row0` belongs to id `first`. */
  readonly table: Weight;
  /** The ids that the placed stripe of the table holds: [first, first + count). */
  readonly first: number;
  readonly count: number;
  /** u32 [m]. */
  readonly ids: DeviceBuffer;
  /** f32 [m, width]. */
  readonly y: DeviceBuffer;
  readonly m: number;
  readonly width: number;
  /** Multiplies what is gathered; 1 unless given. */
  readonly scale?: number;
  /** Adds to `y` instead of replacing it: learnt positions. */
  readonly accumulate?: boolean;
}

/**
 * Rows of a table by id: `y[i] = scale · table[ids[i]]`. Rows whose id is not in the placed stripe stay as they are, so that a table
 * larger than a binding is gathered stripe by stripe.
 */
export function gatherRows(device: Device, options: GatherRows): Promise<void> {
  const { table, first, count, ids, y, m, width, scale = 1, accumulate = false } = options;
  return dispatch(
    device,
    kernel,
    [table.buffer, ids, y],
    {
      m,
      width,
      first,
      count,
      row0: table.row0 ?? 0,
      dtype: DTYPE_CODE[table.dtype],
      keep: accumulate ? 1 : 0,
      scale,
    },
    m,
  );
}

/** One workgroup per row. */
const kernel = define({
  name: "lm/gatherRows",
  wgsl,
  constants: { THREADS },
  buffers: { table: reads("array<u32>"), ids: reads("array<u32>"), y: writes("array<f32>") },
  uniforms: {
    m: "u32",
    width: "u32",
    first: "u32",
    count: "u32",
    row0: "u32",
    dtype: "u32",
    keep: "u32",
    scale: "f32",
  },
  reference([table, idBytes, yBytes], { m, width, first, count, row0, dtype, keep, scale }) {
    const [ids, y] = [words(idBytes), floats(yBytes)];
    for (let i = 0; i < m; i++) {
      const row = (ids[i] ?? 0) - first;
      if (row < 0 || row >= count) continue;
      const values = widenStretch(table, dtype, (row0 + row) * width, width);
      const at = i * width;
      for (let j = 0; j < width; j++) {
        const value = Math.fround(scale * (values[j] ?? 0));
        y[at + j] = keep === 1 ? (y[at + j] ?? 0) + value : value; // what stood there may be NaN
      }
    }
  },
  fast([table = 0, ids = 0, y = 0], { m, width, first, count, row0, dtype, keep, scale }) {
    const numbers = [table, ids, y, m, width, first, count, row0, dtype, keep, f32Bits(scale)];
    return job("gatherRows", numbers, Math.ceil(m / ROWS_OF_A_PIECE));
  },
});
