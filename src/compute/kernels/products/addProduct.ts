import wgsl from "../../../../shaders/products/addProduct.wgsl?raw";
import { memo } from "../../../base/memo";
import { narrow, widen } from "../../../formats/convert";
import { DTYPE_BYTES, OUTPUT_DTYPES, type OutputDType } from "../../../formats/dtypes";
import type { Device, DeviceBuffer } from "../../device";
import { f32Bits, job } from "../../fast";
import { DTYPE_CODE } from "../common/weight";
import { define, dispatch, floats, reads, writes } from "../link/define";
import { only } from "../link/link";

const THREADS = 64;
/** Elements of a thread. */
const ELEMENTS = 8;
/** Elements that a thread of WebAssembly takes at a time: as `assembly/products/addProduct.ts` has it. */
const PIECE = 4096;

/** A stretch of a stored matrix and two factors whose product is added to it. */
export interface AddProduct {
  readonly w: DeviceBuffer;
  readonly dtype: OutputDType;
  /** Byte of `w` at which the stretch begins, a multiple of 16. Up to the next multiple of 16 behind it zeros follow, and stay. */
  readonly at: number;
  readonly count: number;
  /** Column of the stretch's first element, which lies in the row that `left` begins with. */
  readonly column: number;
  readonly columns: number;
  readonly rank: number;
  readonly scale: number;
  /** f32 [rows that the stretch touches, rank]. */
  readonly left: DeviceBuffer;
  /** f32 [rank, columns]. */
  readonly right: DeviceBuffer;
}

/** What the arithmetic needs, on whatever device. */
export type ProductShape = Pick<AddProduct, "count" | "column" | "columns" | "rank" | "scale">;

/** `w += scale · left · right` in place: sums in f32 in the order of the rank, one rounding to the stored type. */
export function addProduct(device: Device, { w, left, right, at, dtype, ...shape }: AddProduct): Promise<void> {
  const groups = Math.ceil(shape.count / (THREADS * ELEMENTS));
  return dispatch(device, kernelFor(dtype), [left, right, w], { ...shape, first: at / 16 }, groups);
}

/** The same on the host: `w` is changed. */
export function addProductTo(w: Float32Array, left: Float32Array, right: Float32Array, shape: ProductShape): void {
  const { count, columns, rank, scale } = shape;
  const by = Math.fround(scale);
  const sums = new Float32Array(Math.min(columns, count));
  let { column } = shape;
  for (let i = 0, row = 0; i < count; row++) {
    const length = Math.min(columns - column, count - i);
    sums.fill(0);
    for (let k = 0; k < rank; k++) {
      const factor = left[row * rank + k] ?? 0;
      const from = k * columns + column;
      for (let e = 0; e < length; e++) {
        sums[e] = (sums[e] ?? 0) + Math.fround(factor * (right[from + e] ?? 0));
      }
    }
    for (let e = 0; e < length; e++) w[i + e] = (w[i + e] ?? 0) + Math.fround(by * (sums[e] ?? 0));
    i += length;
    column = 0;
  }
}

const kernelFor = memo((dtype: OutputDType) =>
  define({
    name: `products/addProduct ${dtype}`,
    wgsl,
    constants: { THREADS },
    buffers: { left: reads("array<f32>"), right: reads("array<vec4f>"), w: writes("array<vec4u>") },
    lists: only(dtype, OUTPUT_DTYPES),
    uniforms: {
      first: "u32",
      count: "u32",
      column: "u32",
      columns: "u32",
      rank: "u32",
      scale: "f32",
    },
    reference([left, right, bytes], { first, ...shape }) {
      const stored = bytes?.subarray(first * 16, first * 16 + shape.count * DTYPE_BYTES[dtype]);
      if (!stored) throw new TypeError("A kernel was run with fewer buffers than it binds.");
      const w = widen(stored, dtype);
      addProductTo(w, floats(left), floats(right), shape);
      stored.set(narrow(w, dtype));
    },
    fast([left = 0, right = 0, w = 0], { first, count, column, columns, rank, scale }) {
      const numbers = [w + first * 16, left, right, count, column, columns, rank, DTYPE_CODE[dtype]];
      return job("addProduct", [...numbers, f32Bits(scale)], Math.ceil(count / PIECE));
    },
  }),
);
