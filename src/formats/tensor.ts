import type { DType } from "./dtypes";

/** What a header says about one tensor. Row-major, little-endian. */
export interface TensorFacts {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
}

/** A tensor inside a file: bytes [start, end) counted from the file's first byte. */
export interface StoredTensor extends TensorFacts {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** Elements from one entry to the next along each axis, where they do not lie one after the other. */
  readonly strides?: readonly number[];
}

/** Number of elements; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
