import type { Doubles, Floats } from "../../base/bytes";
import { normals } from "../devices/devices.testing";
import type { Matrix } from "./matrix";

/** Matrices whose singular values are easy, missing, or hardly there. */
export const HARD_MATRICES: readonly { readonly kind: string; readonly matrix: Matrix<Doubles> }[] = [
  { kind: "random, tall", matrix: random(1, 96, 64) },
  { kind: "random, wide", matrix: random(2, 40, 130) },
  { kind: "square", matrix: random(3, 65, 65) },
  { kind: "of rank 20", matrix: timesBoth(4, 70, 50, (at) => (at < 20 ? 1 / (1 + at) : 0)) },
  { kind: "of rank 1", matrix: timesBoth(5, 33, 48, (at) => (at === 0 ? 1 : 0)) },
  { kind: "with σ_min/σ_max = 1e-5", matrix: timesBoth(6, 80, 64, (at) => 10 ** ((-5 * at) / 63)) },
  { kind: "with one tiny singular value", matrix: timesBoth(7, 64, 64, (at) => (at === 63 ? 1e-5 : 1)) },
  { kind: "with equal singular values", matrix: timesBoth(8, 50, 64, () => 3) },
  { kind: "of one row", matrix: random(9, 1, 20) },
  { kind: "with empty columns", matrix: emptied(random(10, 60, 40)) },
];

/** Standard normals. */
export function random(seed: number, rows: number, columns: number): Matrix<Doubles> {
  return { rows, columns, data: Float64Array.from(normals(seed, rows * columns)) };
}

function emptied({ rows, columns, data }: Matrix<Doubles>): Matrix<Doubles> {
  return { rows, columns, data: data.map((value, at) => (at % columns < 3 ? 0 : value)) };
}

/** Q₁ · diag(σ) · Q₂ᵀ with random orthonormal Q. */
function timesBoth(seed: number, rows: number, columns: number, sigma: (at: number) => number): Matrix<Doubles> {
  const rank = Math.min(rows, columns);
  const left = orthonormalRows(random(seed, rank, rows));
  const right = orthonormalRows(random(seed + 100, rank, columns));
  const data = new Float64Array(rows * columns);
  for (let k = 0; k < rank; k++) {
    for (let i = 0; i < rows; i++) {
      const share = sigma(k) * (left.data[k * rows + i] ?? 0);
      for (let j = 0; j < columns; j++) {
        data[i * columns + j] = (data[i * columns + j] ?? 0) + share * (right.data[k * columns + j] ?? 0);
      }
    }
  }
  return { rows, columns, data };
}

/** Its rows, made so one after another (Gram-Schmidt, twice). In place. */
export function orthonormalRows({ rows, columns, data }: Matrix<Doubles>): Matrix<Doubles> {
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * columns, (i + 1) * columns);
    for (let pass = 0; pass < 2; pass++) {
      for (let before = 0; before < i; before++) {
        const other = data.subarray(before * columns, (before + 1) * columns);
        const part = row.reduce((sum, value, k) => sum + value * (other[k] ?? 0), 0);
        row.forEach((value, k) => {
          row[k] = value - part * (other[k] ?? 0);
        });
      }
    }
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    row.forEach((value, k) => {
      row[k] = value / norm;
    });
  }
  return { rows, columns, data };
}

/** The product aᵀ · b in f64. */
export function transposedProduct(
  a: Matrix<Doubles> | Matrix<Floats>,
  b: Matrix<Doubles> | Matrix<Floats>,
): Matrix<Doubles> {
  const data = new Float64Array(a.columns * b.columns);
  for (let k = 0; k < a.rows; k++) {
    for (let i = 0; i < a.columns; i++) {
      const value = a.data[k * a.columns + i] ?? 0;
      for (let j = 0; j < b.columns; j++) {
        data[i * b.columns + j] = (data[i * b.columns + j] ?? 0) + value * (b.data[k * b.columns + j] ?? 0);
      }
    }
  }
  return { rows: a.columns, columns: b.columns, data };
}

/** The largest element of |aᵀ·a − I| over the smaller side. */
export function unorthogonality({ rows, columns, data }: Matrix<Doubles> | Matrix<Floats>): number {
  const narrow = rows >= columns ? { rows, columns, data: Float64Array.from(data) } : turned({ rows, columns, data });
  const gram = transposedProduct(narrow, narrow);
  return gram.data.reduce((most, value, at) => {
    const off = Math.abs(value - (at % (gram.columns + 1) === 0 ? 1 : 0));
    return off <= most ? most : off;
  }, 0);
}

function turned({
  rows,
  columns,
  data,
}: {
  rows: number;
  columns: number;
  data: Float64Array | Float32Array;
}): Matrix<Doubles> {
  const out = new Float64Array(data.length);
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j] ?? 0;
  return { rows: columns, columns: rows, data: out };
}
