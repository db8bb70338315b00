/** A product y[m, n] (+)= scale · x[m, k] · wᵀ + bias in ordinary memory. */
interface Product {
  readonly x: Float32Array;
  /** [n, k]. */
  readonly w: Float32Array;
  /** n values; absent: 0. */
  readonly bias: Float32Array | undefined;
  readonly y: Float32Array;
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly scale: number;
  /** Whether `y` is added to. */
  readonly keep: boolean;
}

/** Rows of x that meet columns of wᵀ at a time: eight sums, as many as stay in registers. */
const ROWS = 4;
const COLUMNS = 2;

/** Elements of x that are gone through again and again, half a megabyte as f64: they stay in the cache. */
const CACHED = 1 << 16;

/**
 * The product in f64, rounded once: the truth that the shaders are held against, and what the CPU device computes with.
 * x and w are laid out first in the order in which they are read, as f64, which doubles the speed; for one or two rows that costs more
 * than it brings.
 */
export function multiply(product: Product): void {
  const { m, n, k } = product;
  if (m < 3) {
    for (let i = 0; i < m; i++) multiplyRow(product, i);
    return;
  }
  const rows = Math.max(1, Math.floor(CACHED / (k * ROWS))) * ROWS;
  const columns = new Float64Array(COLUMNS * k);
  for (let first = 0; first < m; first += rows) {
    const count = Math.min(rows, m - first);
    const panels = interleave(product.x, first, count, k);
    for (let j = 0; j < n; j += COLUMNS) {
      interleaveColumns(product.w, j, n, k, columns);
      for (let i = 0; i < count; i += ROWS) multiplyBlock(product, first + i, j, panels, i * k, columns);
    }
  }
}

/** Rows [first, first + count) four by four, element by element; zeros for rows past the end. */
function interleave(x: Float32Array, first: number, count: number, k: number): Float64Array {
  const panels = new Float64Array(Math.ceil(count / ROWS) * ROWS * k);
  for (let i = 0; i < count; i++) {
    const panel = (i - (i % ROWS)) * k + (i % ROWS);
    const row = (first + i) * k;
    for (let at = 0; at < k; at++) panels[panel + ROWS * at] = x[row + at] ?? 0;
  }
  return panels;
}

function interleaveColumns(w: Float32Array, j: number, n: number, k: number, columns: Float64Array): void {
  const a = j * k;
  const b = Math.min(j + 1, n - 1) * k;
  for (let at = 0; at < k; at++) {
    columns[COLUMNS * at] = w[a + at] ?? 0;
    columns[COLUMNS * at + 1] = w[b + at] ?? 0;
  }
}

function multiplyBlock(
  product: Product,
  i: number,
  j: number,
  panels: Float64Array,
  panel: number,
  columns: Float64Array,
): void {
  let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0];
  let from = panel;
  for (let at = 0; at < columns.length; at += COLUMNS) {
    const a = columns[at] ?? 0;
    const b = columns[at + 1] ?? 0;
    const v0 = panels[from] ?? 0;
    const v1 = panels[from + 1] ?? 0;
    const v2 = panels[from + 2] ?? 0;
    const v3 = panels[from + 3] ?? 0;
    a0 += v0 * a;
    b0 += v0 * b;
    a1 += v1 * a;
    b1 += v1 * b;
    a2 += v2 * a;
    b2 += v2 * b;
    a3 += v3 * a;
    b3 += v3 * b;
    from += ROWS;
  }
  put(product, i, j, a0, b0);
  put(product, i + 1, j, a1, b1);
  put(product, i + 2, j, a2, b2);
  put(product, i + 3, j, a3, b3);
}

function multiplyRow(product: Product, i: number): void {
  const { x, w, n, k } = product;
  const row = i * k;
  for (let j = 0; j < n; j += COLUMNS) {
    const first = j * k;
    const second = Math.min(j + 1, n - 1) * k;
    let [a, b] = [0, 0];
    for (let at = 0; at < k; at++) {
      const v = x[row + at] ?? 0;
      a += v * (w[first + at] ?? 0);
      b += v * (w[second + at] ?? 0);
    }
    put(product, i, j, a, b);
  }
}

/** Stores the sums of row i, columns j and j + 1, where there are such. */
function put({ y, m, n, bias, scale, keep }: Product, i: number, j: number, a: number, b: number): void {
  if (i >= m) return;
  const at = i * n + j;
  y[at] = (keep ? (y[at] ?? 0) : 0) + scale * a + (bias?.[j] ?? 0);
  if (j + 1 < n) y[at + 1] = (keep ? (y[at + 1] ?? 0) : 0) + scale * b + (bias?.[j + 1] ?? 0);
}
