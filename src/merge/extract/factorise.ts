import type { Floats } from "../../base/bytes";
import type { Device } from "../../compute/device";
import { type Matrix, transposed } from "../../compute/linalg/matrix";
import { productOf } from "../../compute/linalg/product";
import { svd } from "../../compute/linalg/svd";
import type { Difference } from "./difference";

/** Directions more than are asked for, and passes to and fro: with these a random start finds what the singular values allow. */
const MORE = 10;
const PASSES = 2;

/** Of matrices with a shorter side the decomposition is exact: that takes seconds at most. */
const SMALL_SIDE = 192;

export type Decomposition = "auto" | "exact" | "randomised";

/** The largest singular values of a matrix and their directions, as rows. */
export interface Directions {
  readonly sigma: Float64Array;
  /** f32 [count, rows of the matrix]. */
  readonly left: Matrix;
  /** f32 [count, columns of the matrix]. */
  readonly right: Matrix;
}

/**
 * The `rank` largest singular values of a difference. Exact: by rotations in f64, of the whole matrix. Randomised (Halko, Martinsson,
 * Tropp 2011, algorithms 4.4 and 5.1): random directions go to and fro through the matrix on the device, block by block, and what they
 * find is decomposed exactly; where the values that are left out are small, it is as good.
 * @param seed of the random directions
 */
export async function factorise(
  difference: Difference,
  rank: number,
  { device, how, seed, signal }: { device: Device; how: Decomposition; seed: number; signal?: AbortSignal | undefined },
): Promise<Directions> {
  const side = Math.min(difference.rows, difference.columns);
  const exact = how === "exact" || side <= rank + MORE || (how === "auto" && side <= SMALL_SIDE);
  if (exact) return exactly(await difference.whole(signal), rank);
  return randomly(difference, rank, device, seed, signal);
}

function exactly(matrix: Matrix, rank: number): Directions {
  const { u, sigma, v } = svd(matrix);
  return { sigma: sigma.slice(0, rank), left: firstColumns(u, rank), right: firstColumns(v, rank) };
}

async function randomly(
  difference: Difference,
  rank: number,
  device: Device,
  seed: number,
  signal: AbortSignal | undefined,
): Promise<Directions> {
  const { rows, columns } = difference;
  const count = Math.min(rank + MORE, rows, columns);
  let right: Matrix = { rows: count, columns, data: normals(seed, count * columns) };
  let left = orthonormal(await forth(difference, right, device, signal));
  for (let pass = 0; pass < PASSES; pass++) {
    right = orthonormal(await back(difference, left, device, signal));
    left = orthonormal(await forth(difference, right, device, signal));
  }
  // Within the directions that were found the matrix is small: [count, columns], and after another rotation [count, count].
  const image = await back(difference, left, device, signal);
  const basis = orthonormal(image);
  const small = svd(await productOf(device, image, basis, signal));
  const [toLeft, toRight] = [firstColumns(small.u, rank), firstColumns(small.v, rank)];
  return {
    sigma: small.sigma.slice(0, rank),
    left: await productOf(device, toLeft, transposed(left), signal),
    right: await productOf(device, toRight, transposed(basis), signal),
  };
}

/** Directions of columns through the matrix: [count, rows]. */
async function forth(difference: Difference, right: Matrix, device: Device, signal?: AbortSignal): Promise<Matrix> {
  const data = new Float32Array(right.rows * difference.rows);
  for await (const { row, matrix } of difference.blocks(signal)) {
    const part = await productOf(device, right, matrix, signal);
    for (let i = 0; i < part.rows; i++) {
      data.set(part.data.subarray(i * part.columns, (i + 1) * part.columns), i * difference.rows + row);
    }
  }
  return { rows: right.rows, columns: difference.rows, data };
}

/** Directions of rows back through it: [count, columns]. */
async function back(difference: Difference, left: Matrix, device: Device, signal?: AbortSignal): Promise<Matrix> {
  const { columns } = difference;
  const sums = new Float64Array(left.rows * columns);
  for await (const block of difference.blocks(signal)) {
    const height = block.matrix.rows;
    const data = new Float32Array(left.rows * height);
    for (let i = 0; i < left.rows; i++) {
      const from = i * left.columns + block.row;
      data.set(left.data.subarray(from, from + height), i * height);
    }
    const part = await productOf(device, { rows: left.rows, columns: height, data }, transposed(block.matrix), signal);
    for (const [i, value] of part.data.entries()) sums[i] = (sums[i] ?? 0) + value;
  }
  return { rows: left.rows, columns, data: Float32Array.from(sums) };
}

/** Rows made orthonormal in f64, each against all before it, twice; one that lies in their span becomes 0. */
function orthonormal({ rows, columns, data }: Matrix): Matrix {
  const out = Float64Array.from(data);
  for (let i = 0; i < rows; i++) {
    const row = out.subarray(i * columns, (i + 1) * columns);
    const before = length(row);
    for (let pass = 0; pass < 2; pass++) {
      for (let k = 0; k < i; k++) {
        const other = out.subarray(k * columns, (k + 1) * columns);
        let along = 0;
        for (let j = 0; j < columns; j++) along += (row[j] ?? 0) * (other[j] ?? 0);
        for (let j = 0; j < columns; j++) row[j] = (row[j] ?? 0) - along * (other[j] ?? 0);
      }
    }
    const norm = length(row);
    const scale = norm > before * 1e-6 ? 1 / norm : 0;
    for (let j = 0; j < columns; j++) row[j] = (row[j] ?? 0) * scale;
  }
  return { rows, columns, data: Float32Array.from(out) };
}

function length(row: Float64Array): number {
  let sum = 0;
  for (const value of row) sum += value * value;
  return Math.sqrt(sum);
}

/** The first columns of a matrix, as rows in f32. */
function firstColumns(
  { rows, columns, data }: { rows: number; columns: number; data: Float64Array },
  count: number,
): Matrix {
  const out = new Float32Array(count * rows);
  for (let k = 0; k < count; k++) for (let i = 0; i < rows; i++) out[k * rows + i] = data[i * columns + k] ?? 0;
  return { rows: count, columns: rows, data: out };
}

/** Normal numbers counted from a seed (splitmix32, Box and Muller). */
function normals(seed: number, count: number): Floats {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x9e37_79b9) >>> 0;
    let word = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a_2d97);
    return ((word ^ (word >>> 15)) >>> 0) / 2 ** 32;
  };
  const out = new Float32Array(count);
  for (let i = 0; i < count; i++) out[i] = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return out;
}
