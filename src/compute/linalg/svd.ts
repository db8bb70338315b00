import type { Doubles, Floats } from "../../base/bytes";
import { type Matrix, transposedDoubles } from "./matrix";

/** A = U · diag(σ) · Vᵀ with r = min(rows, columns) singular values. */
export interface Svd {
  /** [rows, r], columns orthonormal. */
  readonly u: Matrix<Doubles>;
  /** r values, the largest first, none below 0. */
  readonly sigma: Doubles;
  /** [columns, r], columns orthonormal. */
  readonly v: Matrix<Doubles>;
}

/** Sweeps over all pairs of columns; ten are enough for any matrix that was met. */
const MOST_SWEEPS = 60;

/** Two columns are orthogonal below this cosine. */
const ORTHOGONAL = 1e-15;

/**
 * The thin singular value decomposition in f64, by one-sided Jacobi rotations (Hestenes; the larger column of a pair goes first, de Rijk).
 * Every singular value comes out right to its own last places, however small it is beside the largest. What it takes grows with
 * rows · columns · min(rows, columns) times a dozen sweeps: for sides up to some hundreds. Where a direction has no singular value
 * (rank below r), U and V are completed to orthonormal columns.
 * @throws {RangeError} for NaN or Inf
 */
export function svd(a: Matrix<Floats> | Matrix<Doubles>): Svd {
  if (!a.data.every(Number.isFinite)) throw new RangeError("A matrix with NaN or Inf has no singular values.");
  if (a.rows >= a.columns) return tall(transposedDoubles(a));
  const { u, sigma, v } = tall({ rows: a.rows, columns: a.columns, data: Float64Array.from(a.data) });
  return { u: v, sigma, v: u };
}

/** @param w columns of the matrix as rows: [n, m] with n ≤ m. Is made orthogonal in place. */
function tall(w: Matrix<Doubles>): Svd {
  const { rows: n, columns: m } = w;
  const turns = identity(n); // row j: column j of V
  orthogonalise(w, turns);
  const norms = Float64Array.from({ length: n }, (_, j) => Math.sqrt(dot(w.data, j * m, w.data, j * m, m)));
  const order = Array.from(norms.keys()).sort((a, b) => (norms[b] ?? 0) - (norms[a] ?? 0));
  const sigma = Float64Array.from(order, (j) => norms[j] ?? 0);
  const left = new Float64Array(n * m);
  const right = new Float64Array(n * n);
  for (const [at, j] of order.entries()) {
    const norm = norms[j] ?? 0;
    for (let i = 0; i < m && norm > 0; i++) left[at * m + i] = (w.data[j * m + i] ?? 0) / norm;
    right.set(turns.data.subarray(j * n, (j + 1) * n), at * n);
  }
  complete(left, n, m, sigma);
  return {
    u: transposedDoubles({ rows: n, columns: m, data: left }),
    sigma,
    v: transposedDoubles({ rows: n, columns: n, data: right }),
  };
}

function orthogonalise({ rows: n, columns: m, data }: Matrix<Doubles>, turns: Matrix<Doubles>): void {
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
    let turned = false;
    for (let p = 0; p < n - 1; p++) {
      for (let q = p + 1; q < n; q++) turned = turnPair(data, m, turns.data, n, p, q) || turned;
    }
    if (!turned) return;
  }
}

/** Makes two columns orthogonal, the longer one first. @returns whether that changed anything but their order */
function turnPair(data: Doubles, m: number, turns: Doubles, n: number, p: number, q: number): boolean {
  const [a, b] = [p * m, q * m];
  let [alpha, beta, gamma] = [0, 0, 0];
  for (let i = 0; i < m; i++) {
    const x = data[a + i] ?? 0;
    const y = data[b + i] ?? 0;
    alpha += x * x;
    beta += y * y;
    gamma += x * y;
  }
  const orthogonal = gamma === 0 || Math.abs(gamma) <= ORTHOGONAL * m * Math.sqrt(alpha) * Math.sqrt(beta);
  if (orthogonal && alpha >= beta) return false;
  let [cos, sin] = [0, 1]; // changes places
  if (!orthogonal) {
    const zeta = (beta - alpha) / (2 * gamma);
    const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.hypot(1, zeta));
    cos = 1 / Math.hypot(1, t);
    sin = cos * t;
  }
  rotate(data, a, b, m, cos, sin);
  rotate(turns, p * n, q * n, n, cos, sin);
  return !orthogonal;
}

function rotate(data: Doubles, a: number, b: number, count: number, cos: number, sin: number): void {
  for (let i = 0; i < count; i++) {
    const x = data[a + i] ?? 0;
    const y = data[b + i] ?? 0;
    data[a + i] = cos * x - sin * y;
    data[b + i] = sin * x + cos * y;
  }
}

/** Gives rows whose singular value is 0 a direction that is orthogonal to all before them. */
function complete(rows: Doubles, n: number, m: number, sigma: Doubles): void {
  let axis = 0;
  for (let at = 0; at < n; at++) {
    if ((sigma[at] ?? 0) > 0) continue;
    for (let found = false; !found && axis < m; axis++) {
      const row = rows.subarray(at * m, (at + 1) * m).fill(0);
      row[axis] = 1;
      for (let pass = 0; pass < 2; pass++) {
        for (let other = 0; other < at; other++) subtract(rows, other * m, at * m, m);
      }
      const norm = Math.sqrt(dot(rows, at * m, rows, at * m, m));
      found = norm > 1e-2; // else this axis lies in their span
      for (let i = 0; i < m; i++) row[i] = (row[i] ?? 0) / (norm || 1);
    }
  }
}

/** Takes the part along a unit row out of another one. */
function subtract(rows: Doubles, along: number, from: number, m: number): void {
  const part = dot(rows, along, rows, from, m);
  for (let i = 0; i < m; i++) rows[from + i] = (rows[from + i] ?? 0) - part * (rows[along + i] ?? 0);
}

function dot(x: Doubles, at: number, y: Doubles, from: number, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (x[at + i] ?? 0) * (y[from + i] ?? 0);
  return sum;
}

function identity(n: number): Matrix<Doubles> {
  const data = new Float64Array(n * n);
  for (let i = 0; i < n; i++) data[i * n + i] = 1;
  return { rows: n, columns: n, data };
}
