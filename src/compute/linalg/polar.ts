import type { Doubles, Floats } from "../../base/bytes";
import type { Device } from "../device";
import { largestEigenvalue, smallestEigenvalue } from "./bounds";
import { type Matrix, transposed } from "./matrix";
import { productOf } from "./product";
import { type Quintic, quinticFor } from "./quintic";

export interface Polar {
  /** The orthogonal factor, of the matrix's shape: its rows are orthonormal, or its columns, whichever are fewer. */
  readonly factor: Matrix;
  /** The largest element of |R·Rᵀ − I| over the smaller side. */
  readonly deviation: number;
  readonly iterations: number;
}

export interface PolarOptions {
  readonly signal?: AbortSignal | undefined;
  /** After each iteration: the share of the way that is done, never falling, below 1. */
  readonly onProgress?: ((done: number) => void) | undefined;
}

/** Deviation at which the iteration is at its end: a few last places of f32. */
const SETTLED = 4e-6;

/** Iterations beyond which nothing comes any more; a matrix with σ_min/σ_max = 1e-7 takes 17. */
const MOST_ITERATIONS = 60;

/** Relative size of the noise that gives directions without a singular value one: where nothing decides, that does. */
const NOISE = 1e-7;

/** The least that is assumed of the smallest singular value, beside the largest. */
const LEAST = 1e-8;

/**
 * The orthogonal polar factor U·Vᵀ of M = U·Σ·Vᵀ: the semi-orthogonal R that maximises tr(RᵀM). By a Newton–Schulz iteration with
 * polynomials of degree 5 (Amsel, Persson, Musco, Gower, "The Polar Express", 2025), which is products of matrices alone and in f32
 * on the device; its three numbers are found anew at each step for where the singular values are by then. Directions whose
 * singular value is lost in rounding get an arbitrary completion that is orthonormal all the same.
 * @param m any shape, finite
 * @throws {RangeError} for NaN, Inf and nothing but zeros; what a device throws; after an abort, the signal's reason
 */
export async function polar(
  device: Device,
  m: Matrix<Floats> | Matrix<Doubles>,
  options: PolarOptions = {},
): Promise<Polar> {
  const narrow = { rows: m.rows, columns: m.columns, data: Float32Array.from(scaled(m.data)) };
  if (m.rows <= m.columns) return wide(device, narrow, options);
  const found = await wide(device, transposed(narrow), options);
  return { ...found, factor: transposed(found.factor) };
}

/** Elements below 1, so that no square overflows. @throws {RangeError} */
function scaled(data: Floats | Doubles): Doubles {
  let most = 0;
  for (const value of data) most = Math.max(most, Math.abs(value));
  if (!(most > 0 && Number.isFinite(most)))
    throw new RangeError(`A matrix whose largest element is ${most} has no polar factor.`);
  return Float64Array.from(data, (value) => value / most);
}

/** Of a matrix with no more rows than columns. */
async function wide(device: Device, start: Matrix, { signal, onProgress }: PolarOptions): Promise<Polar> {
  const norm = Math.sqrt(largestEigenvalue(await productOf(device, start, start, signal)));
  let x = withNoise(start, norm);
  let upper = 1.05; // what the estimate may miss
  let least: Doubles | undefined;
  let way = 0;
  for (let iteration = 0; ; iteration++) {
    const gram = await productOf(device, x, x, signal);
    const { deviation, frobenius } = deviationOf(gram);
    if (deviation <= SETTLED || iteration === MOST_ITERATIONS) return { factor: x, deviation, iterations: iteration };
    const found = smallestEigenvalue(gram, upper * upper, least);
    least = found.vector;
    const lower = Math.min(upper, lowerEnd(found.value, upper, frobenius));
    way = Math.min(way, Math.log(lower));
    onProgress?.(way < 0 ? 0.9 * (1 - Math.max(way, Math.log(lower)) / way) : 0.9);
    const shape = quinticFor(lower, Math.min(upper, Math.sqrt(1 + frobenius)));
    x = await step(device, x, gram, shape, signal);
    upper = Math.max(1, 2 - value(shape, lower)) + 1e-5;
  }
}

/**
 * Where the singular values begin. The norm of G − I is certain, where it is small; else the estimate of G's smallest eigenvalue, which is
 * too high, the more so the wider they are spread.
 */
function lowerEnd(estimate: number, upper: number, frobenius: number): number {
  if (frobenius < 0.9) return Math.sqrt(1 - frobenius);
  const spread = 0.1 * (upper * upper - estimate);
  return Math.max(LEAST, Math.sqrt(Math.max(estimate - spread, estimate / 4, 0)));
}

/** (a + b·G + c·G²)·X with G = X·Xᵀ. */
async function step(
  device: Device,
  x: Matrix,
  gram: Matrix,
  [a, b, c]: Quintic,
  signal: AbortSignal | undefined,
): Promise<Matrix> {
  const { data, rows: n } = await productOf(device, gram, gram, signal);
  for (let i = 0; i < data.length; i++) data[i] = c * (data[i] ?? 0) + b * (gram.data[i] ?? 0);
  for (let i = 0; i < n; i++) data[i * n + i] = (data[i * n + i] ?? 0) + a;
  return productOf(device, { rows: n, columns: n, data }, transposed(x), signal);
}

function value([a, b, c]: Quintic, x: number): number {
  return x * (a + x * x * (b + c * x * x));
}

/** How far a Gram matrix is from the identity: its largest element, and the root of all their squares. */
function deviationOf({ rows: n, data }: Matrix): { readonly deviation: number; readonly frobenius: number } {
  let [most, squares] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const off = Math.abs((data[i * n + j] ?? 0) - (i === j ? 1 : 0));
      if (!(off <= most)) most = off; // NaN counts
      squares += off * off;
    }
  }
  return { deviation: most, frobenius: Math.sqrt(squares) };
}

/** Largest singular value 1, and noise below what f32 tells apart there: the same for the same shape. */
function withNoise({ rows, columns, data }: Matrix, norm: number): Matrix {
  const size = NOISE / (Math.sqrt(rows) + Math.sqrt(columns)); // of a random matrix's largest singular value
  let state = 0x9e37_79b9;
  const noise = () => {
    let sum = -2;
    for (let i = 0; i < 4; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      sum += state / 2 ** 32;
    }
    return sum * Math.sqrt(3);
  };
  return { rows, columns, data: data.map((element) => element / norm + size * noise()) };
}
