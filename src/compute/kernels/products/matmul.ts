import type { Device, DeviceBuffer } from "../../device";
import { DTYPE_CODE, type Weight } from "../common/weight";
import { dispatch } from "../link/define";
import { chooseVariant } from "./matmulChoice";
import { ABSENT, canRead, type MatmulVariant, matmulKernel, workgroups } from "./matmulKernels";

export interface Matmul {
  /** f32 [m, k]. */
  readonly x: DeviceBuffer;
  /** [n, k], or [k, n] in the `columns` layout. */
  readonly w: Weight;
  /** f32 [m, n]; not `x`. */
  readonly y: DeviceBuffer;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  /** n values, from `row0` on. */
  readonly bias?: Weight;
  /** Adds to `y` instead of replacing it: the residual stream. */
  readonly accumulate?: boolean;
  /** Multiplies the product, not the bias; 1 unless given. */
  readonly scale?: number;
  /** The kernel to use, for benches and tests; chosen by device and shape unless given. */
  readonly variant?: MatmulVariant;
}

/** Linear layer: `y[m, n] (+)= scale · (x[m, k] · wᵀ) + bias`, weights as they are stored, sums in f32. Any m, n and k. */
export async function matmul(device: Device, options: Matmul): Promise<void> {
  const { x, w, y, m, n, k, bias, accumulate = false, scale = 1 } = options;
  const { dtype, layout = "rows", row0 = 0 } = w;
  const stride = layout === "columns" ? (w.columns ?? row0 + n) : k;
  const first = layout === "columns" ? row0 : row0 * k;
  const shape = { layout, first, stride, k };
  const variant = options.variant ?? (await chooseVariant(device, m, n, shape));
  if (!canRead(variant, shape)) throw new TypeError(`"${variant}" cannot read a weight ${JSON.stringify(shape)}.`);
  const values = {
    m,
    n,
    k,
    first,
    stride,
    biasFirst: bias?.row0 ?? 0,
    biasType: bias ? DTYPE_CODE[bias.dtype] : ABSENT,
    keep: accumulate ? 1 : 0,
    scale,
  };
  const kernel = matmulKernel(variant, dtype, layout);
  return dispatch(device, kernel, [x, w.buffer, bias?.buffer ?? w.buffer, y], values, workgroups(variant, m, n));
}
