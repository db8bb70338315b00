import type { Doubles } from "../../base/bytes";
import type { Device } from "../../compute/device";
import { eigenvaluesOfSymmetric } from "../../compute/linalg/eigenvalues";
import { type Matrix, transposed } from "../../compute/linalg/matrix";
import { polar } from "../../compute/linalg/polar";
import { productOf } from "../../compute/linalg/product";
import { svd } from "../../compute/linalg/svd";

/** The Procrustes solution for M = Xcᵀ·Yc = U·Σ·Vᵀ. */
export interface Rotation {
  /** Rᵀ = V·Uᵀ, [d_b, d_d]: the donor's rows times R are rows of it. */
  readonly transposed: Matrix;
  /** tr Σ. */
  readonly trace: number;
  /** Σ, the largest first; absent where it was not asked for. */
  readonly singular?: Doubles;
}

export interface RotationOptions {
  /** Whether the singular values are wanted: for large matrices they cost more than R. */
  readonly spectrum: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** The smaller side up to which the decomposition in f64 is quicker than products on a device. */
const SMALL = 256;

/**
 * R = U·Vᵀ, semi-orthogonal, which minimises ‖Yc − Xc·R‖ (Schönemann 1966). Small ones by the decomposition in f64, others as the polar
 * factor, on the device; the singular values are then the eigenvalues of the other polar factor, (M·Rᵀ + R·Mᵀ)/2 or (Rᵀ·M + Mᵀ·R)/2.
 * Reflections are allowed.
 * @throws what the device throws; after an abort, the signal's reason
 */
export async function rotationOf(
  device: Device,
  cross: Matrix,
  { spectrum, signal }: RotationOptions,
): Promise<Rotation> {
  if (Math.min(cross.rows, cross.columns) <= SMALL) return exactly(cross);
  const { factor } = await polar(device, cross, { signal });
  if (!spectrum) return { transposed: transposed(factor), trace: dot(factor, cross) };
  const other =
    cross.rows <= cross.columns
      ? await productOf(device, cross, factor, signal)
      : await productOf(device, transposed(cross), transposed(factor), signal);
  return {
    transposed: transposed(factor),
    trace: dot(factor, cross),
    singular: eigenvaluesOfSymmetric(symmetric(other), other.rows).map(Math.abs).sort().reverse(),
  };
}

function exactly(cross: Matrix): Rotation {
  const { u, sigma, v } = svd(cross);
  const r = sigma.length;
  const data = new Float32Array(v.rows * u.rows);
  for (let j = 0; j < v.rows; j++) {
    for (let i = 0; i < u.rows; i++) {
      let sum = 0;
      for (let k = 0; k < r; k++) sum += (v.data[j * r + k] ?? 0) * (u.data[i * r + k] ?? 0);
      data[j * u.rows + i] = sum;
    }
  }
  const trace = sigma.reduce((sum, value) => sum + value, 0);
  return { transposed: { rows: v.rows, columns: u.rows, data }, trace, singular: sigma };
}

function dot(a: Matrix, b: Matrix): number {
  let sum = 0;
  for (let at = 0; at < a.data.length; at++) sum += (a.data[at] ?? 0) * (b.data[at] ?? 0);
  return sum;
}

function symmetric({ rows: n, data }: Matrix): Doubles {
  const both = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) both[i * n + j] = ((data[i * n + j] ?? 0) + (data[j * n + i] ?? 0)) / 2;
  }
  return both;
}
