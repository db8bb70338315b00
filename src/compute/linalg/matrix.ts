import type { Doubles, Floats } from "../../base/bytes";

/** A matrix in ordinary memory, row after row. */
export interface Matrix<A extends Floats | Doubles = Floats> {
  readonly rows: number;
  readonly columns: number;
  /** rows × columns elements. */
  readonly data: A;
}

/** Edge of the squares that are turned over at a time: two of them stay in the cache. */
const TILE = 32;

/** Rows become columns. */
export function transposed({ rows, columns, data }: Matrix): Matrix {
  const turned = new Float32Array(data.length);
  turn(data, turned, rows, columns);
  return { rows: columns, columns: rows, data: turned };
}

/** The same in f64, whatever the matrix is stored in. */
export function transposedDoubles({ rows, columns, data }: Matrix<Floats> | Matrix<Doubles>): Matrix<Doubles> {
  const turned = new Float64Array(data.length);
  turn(data, turned, rows, columns);
  return { rows: columns, columns: rows, data: turned };
}

function turn(from: Float32Array | Float64Array, to: Float32Array | Float64Array, rows: number, columns: number): void {
  for (let top = 0; top < rows; top += TILE) {
    const bottom = Math.min(rows, top + TILE);
    for (let left = 0; left < columns; left += TILE) {
      const right = Math.min(columns, left + TILE);
      for (let i = top; i < bottom; i++) {
        for (let j = left; j < right; j++) to[j * rows + i] = from[i * columns + j] ?? 0;
      }
    }
  }
}
