import wgsl from "../../../../shaders/align/blendRows.wgsl?raw";
import { memo } from "../../../base/memo";
import { narrow } from "../../../formats/convert";
import { DTYPE_BYTES, OUTPUT_DTYPES, type OutputDType } from "../../../formats/dtypes";
import type { Device, DeviceBuffer } from "../../device";
import { DTYPE_CODE, widenStretch } from "../common/weight";
import { define, dispatch, floats, reads, words, writes } from "../link/define";
import { only } from "../link/link";

const THREADS = 64;

export interface BlendRows {
  /** Packed rows of `width` elements of `dtype`; changed in place. */
  readonly y: DeviceBuffer;
  readonly dtype: OutputDType;
  /** f32 [m, width]. */
  readonly values: DeviceBuffer;
  /** u32 [m]: which rows of `y`, each at most once. */
  readonly positions: DeviceBuffer;
  /** f32 [m]: how much of `values` each gets, 0 to 1. */
  readonly shares: DeviceBuffer;
  readonly m: number;
  /** Even where elements have 16 bits: see `canBlendRows`. */
  readonly width: number;
}

/** `y[positions[i]] = (1 − shares[i]) · y[positions[i]] + shares[i] · values[i]`, rounded to the stored type. */
export function blendRows(device: Device, { y, dtype, values, positions, shares, m, width }: BlendRows): Promise<void> {
  return dispatch(device, kernel(dtype), [y, values, positions, shares], { m, width }, m);
}

/** Whether no two rows share a word of memory. */
export function canBlendRows(dtype: OutputDType, width: number): boolean {
  return (width * DTYPE_BYTES[dtype]) % 4 === 0;
}

/** What the kernel does to one row of f32 that was widened from the stored type, before it is rounded to that again. */
export function blendRow(present: Float32Array, values: Float32Array, share: number): void {
  const kept = Math.fround(1 - Math.fround(share));
  for (const [j, value] of present.entries()) {
    present[j] = Math.fround(kept * value) + Math.fround(Math.fround(share) * (values[j] ?? 0));
  }
}

const kernel = memo((dtype: OutputDType) => {
  const perWord = 4 / DTYPE_BYTES[dtype];
  return define({
    name: `align/blendRows ${dtype}`,
    wgsl,
    constants: { THREADS, PER_WORD: perWord, DTYPE: DTYPE_CODE[dtype] },
    buffers: {
      y: writes("array<u32>"),
      values: reads("array<f32>"),
      positions: reads("array<u32>"),
      shares: reads("array<f32>"),
    },
    lists: { e: perWord === 1 ? [0] : [0, 1], ...only(dtype, OUTPUT_DTYPES) },
    uniforms: { m: "u32", width: "u32" },
    reference([y, valueBytes, positionBytes, shareBytes], { m, width }) {
      if (!y) throw new TypeError("A kernel was run with fewer buffers than it binds.");
      const [values, positions, shares] = [floats(valueBytes), words(positionBytes), floats(shareBytes)];
      const size = DTYPE_BYTES[dtype];
      for (let i = 0; i < m; i++) {
        const at = (positions[i] ?? 0) * width;
        const row = widenStretch(y, DTYPE_CODE[dtype], at, width);
        blendRow(row, values.subarray(i * width, (i + 1) * width), shares[i] ?? 0);
        y.set(narrow(row, dtype), at * size);
      }
    },
  });
});
