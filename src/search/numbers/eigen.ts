/** A symmetric matrix as C = B diag(values) Bᵀ. Matrices are flat, row by row. */
export interface Eigen {
  readonly values: Float64Array;
  /** B: its columns are vectors of length 1. */
  readonly vectors: Float64Array;
}

/** Turns of all pairs at most: a matrix needs about eight. */
const MAX_SWEEPS = 60;

/**
 * Eigenvalues and vectors of a symmetric matrix of n rows, by Jacobi's rotations: exact to rounding, and quick enough for the few dozen
 * dimensions in which a covariance can be learnt.
 */
export function eigen(matrix: ArrayLike<number>, n: number): Eigen {
  const a = new Float64Array(n * n);
  const b = new Float64Array(n * n);
  let all = 0;
  for (let i = 0; i < n; i++) {
    b[i * n + i] = 1;
    for (let j = 0; j < n; j++) {
      const value = ((matrix[i * n + j] ?? 0) + (matrix[j * n + i] ?? 0)) / 2;
      a[i * n + j] = value;
      all += value * value;
    }
  }
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let off = 0;
    for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) off += (a[i * n + j] ?? 0) ** 2;
    if (off <= 1e-32 * all) break;
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, b, n, p, q);
  }
  const values = new Float64Array(n);
  for (let i = 0; i < n; i++) values[i] = a[i * n + i] ?? 0;
  return { values, vectors: b };
}

/** Makes a[p, q] zero. */
function rotate(a: Float64Array, b: Float64Array, n: number, p: number, q: number): void {
  const apq = a[p * n + q] ?? 0;
  if (apq === 0) return;
  const theta = ((a[q * n + q] ?? 0) - (a[p * n + p] ?? 0)) / (2 * apq);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let k = 0; k < n; k++) {
    turn(a, k * n + p, k * n + q, c, s);
    turn(b, k * n + p, k * n + q, c, s);
  }
  for (let k = 0; k < n; k++) turn(a, p * n + k, q * n + k, c, s);
}

function turn(of: Float64Array, first: number, second: number, c: number, s: number): void {
  const x = of[first] ?? 0;
  const y = of[second] ?? 0;
  of[first] = c * x - s * y;
  of[second] = s * x + c * y;
}
