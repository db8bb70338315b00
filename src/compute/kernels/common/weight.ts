import type { DeviceBytes, Floats } from "../../../base/bytes";
import { widen } from "../../../formats/convert";
import { DTYPE_BYTES, type OutputDType } from "../../../formats/dtypes";
import type { DeviceBuffer } from "../../device";

/** A weight on a device as it is stored: packed elements that kernels widen while they read them. */
export interface Weight {
  readonly buffer: DeviceBuffer;
  readonly dtype: OutputDType;
  /** First row used, counted in rows of the kernel's width from the start of the buffer: a part of a fused matrix. 0 unless given. */
  readonly row0?: number;
  /** `columns`: a matrix stored [k, n], as GPT-2's Conv1D does; `row0` counts its columns then. `rows`, stored [n, k], unless given. */
  readonly layout?: "rows" | "columns";
  /** Of the `columns` layout: how many columns are stored, where that is not `row0` + n. */
  readonly columns?: number;
}

/** How shaders are told of a dtype at run time; see `weight.wgsl`. */
export const DTYPE_CODE: Readonly<Record<OutputDType, number>> = { F32: 0, BF16: 1, F16: 2 };
const DTYPES: readonly OutputDType[] = ["F32", "BF16", "F16"];

/** Elements [start, start + count) of a packed tensor as f32; `code` as in DTYPE_CODE. */
export function widenStretch(bytes: DeviceBytes | undefined, code: number, start: number, count: number): Floats {
  const dtype = DTYPES[code];
  if (!bytes || !dtype) throw new TypeError("A kernel was run without its weight.");
  const size = DTYPE_BYTES[dtype];
  return widen(bytes.subarray(start * size, (start + count) * size), dtype);
}
