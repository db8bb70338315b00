import type { Doubles } from "../../base/bytes";

/** Steps of the QL iteration for one eigenvalue; three are usual. */
const MOST_STEPS = 60;

/**
 * Eigenvalues of a symmetric matrix in f64, the largest first: Householder's tridiagonal form, then the implicit QL iteration. Each is
 * right to the last places of the largest. Of a matrix of n rows it takes 4/3 n³ operations and goes over half of it n times.
 * @param a [n, n]; the part on and below the diagonal is read, and is overwritten
 * @throws {RangeError} for NaN or Inf
 */
export function eigenvaluesOfSymmetric(a: Doubles, n: number): Doubles {
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  tridiagonalise(a, n, diagonal, beside);
  if (!diagonal.every(Number.isFinite)) throw new RangeError("A matrix with NaN or Inf has no eigenvalues.");
  iterate(diagonal, beside);
  return diagonal.sort().reverse();
}

/**
 * Row i goes first, from the last one up: a reflection of the part before the diagonal leaves one number beside it. Each pass over the
 * rest of the matrix takes the reflection before it in, and multiplies by the next one's vector at once.
 */
function tridiagonalise(a: Doubles, n: number, diagonal: Doubles, beside: Doubles): void {
  let [u, q] = [new Float64Array(n), new Float64Array(n)];
  let [nextU, nextQ] = [new Float64Array(n), new Float64Array(n)];
  let pending = false;
  for (let i = n - 1; i > 0; i--) {
    const row = a.subarray(i * n, i * n + i + 1);
    if (pending) updateRow(row, i, u, q);
    diagonal[i] = row[i] ?? 0;
    const { vector, length, half } = reflection(row, i, nextU);
    beside[i] = length;
    product(a, n, i, pending ? { u, q } : undefined, half > 0 ? vector : undefined, nextQ);
    if (half > 0) {
      let along = 0;
      for (let k = 0; k < i; k++) along += (vector[k] ?? 0) * (nextQ[k] ?? 0);
      const share = along / (2 * half * half);
      for (let k = 0; k < i; k++) nextQ[k] = (nextQ[k] ?? 0) / half - share * (vector[k] ?? 0);
    }
    pending = half > 0;
    [u, nextU] = [nextU, u];
    [q, nextQ] = [nextQ, q];
  }
  if (n > 0) diagonal[0] = a[0] ?? 0;
}

/** The vector u of I − u·uᵀ/half that leaves of the first i elements of a row the last alone, which becomes `length`. */
function reflection(row: Doubles, i: number, into: Doubles) {
  let scale = 0;
  for (let k = 0; k < i; k++) scale = Math.max(scale, Math.abs(row[k] ?? 0));
  let norm = 0;
  for (let k = 0; k < i - 1; k++) norm += ((row[k] ?? 0) / scale) ** 2;
  const last = row[i - 1] ?? 0;
  into.fill(0, 0, i);
  if (!(norm > 0)) return { vector: into, length: last, half: 0 };
  const whole = scale * Math.sqrt(norm + (last / scale) ** 2);
  const length = last >= 0 ? -whole : whole;
  for (let k = 0; k < i; k++) into[k] = (row[k] ?? 0) / scale;
  into[i - 1] = (last - length) / scale;
  return { vector: into, length, half: (whole * (whole + Math.abs(last))) / (scale * scale) };
}

function updateRow(row: Doubles, j: number, u: Doubles, q: Doubles): void {
  const [uj, qj] = [u[j] ?? 0, q[j] ?? 0];
  for (let k = 0; k <= j; k++) row[k] = (row[k] ?? 0) - uj * (q[k] ?? 0) - qj * (u[k] ?? 0);
}

/** Takes a reflection into the first i rows, and gives their product with a vector. */
function product(
  a: Doubles,
  n: number,
  i: number,
  before: { readonly u: Doubles; readonly q: Doubles } | undefined,
  vector: Doubles | undefined,
  into: Doubles,
): void {
  into.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const row = a.subarray(j * n, j * n + j + 1);
    if (before) updateRow(row, j, before.u, before.q);
    if (!vector) continue;
    const vj = vector[j] ?? 0;
    let sum = 0;
    for (let k = 0; k < j; k++) {
      const value = row[k] ?? 0;
      sum += value * (vector[k] ?? 0);
      into[k] = (into[k] ?? 0) + value * vj;
    }
    into[j] = (into[j] ?? 0) + sum + (row[j] ?? 0) * vj;
  }
}

/** The implicit QL iteration: `diagonal` becomes the eigenvalues. @param beside element i stands between i − 1 and i */
function iterate(diagonal: Doubles, beside: Doubles): void {
  const n = diagonal.length;
  beside.copyWithin(0, 1);
  if (n > 0) beside[n - 1] = 0;
  const [d, e] = [(k: number) => diagonal[k] ?? 0, (k: number) => beside[k] ?? 0];
  for (let first = 0; first < n; first++) {
    for (let step = 0; step < MOST_STEPS; step++) {
      let end = first;
      while (end < n - 1 && Math.abs(e(end)) > Number.EPSILON * (Math.abs(d(end)) + Math.abs(d(end + 1)))) end++;
      if (end === first) break;
      const shape = (d(first + 1) - d(first)) / (2 * e(first));
      const shift = Math.hypot(shape, 1);
      let g = d(end) - d(first) + e(first) / (shape + (shape >= 0 ? shift : -shift));
      let [sin, cos, p] = [1, 1, 0];
      let k = end - 1;
      for (; k >= first; k--) {
        const f = sin * e(k);
        const b = cos * e(k);
        const r = Math.hypot(f, g);
        beside[k + 1] = r;
        if (r === 0) {
          diagonal[k + 1] = d(k + 1) - p;
          beside[end] = 0;
          break;
        }
        sin = f / r;
        cos = g / r;
        g = d(k + 1) - p;
        const t = (d(k) - g) * sin + 2 * cos * b;
        p = sin * t;
        diagonal[k + 1] = g + p;
        g = cos * t - b;
      }
      if (k >= first) continue;
      diagonal[first] = d(first) - p;
      beside[first] = g;
      beside[end] = 0;
    }
  }
}
