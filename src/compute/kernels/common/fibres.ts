/** The vectors that a tensor is taken apart into: every element belongs to one. */
export interface Fibres {
  readonly count: number;
  /** Elements of a fibre. */
  readonly length: number;
  /** From an element of a fibre to its next: 1 for rows, the number of fibres for columns. */
  readonly stride: number;
}

/** `W[i, :]`: along the last axis. A vector, or a scalar, is one row. */
export function rowsOf(shape: readonly number[]): Fibres {
  const length = shape.at(-1) ?? 1;
  const elements = shape.reduce((product, size) => product * size, 1);
  return { count: shape.length < 2 ? 1 : elements / Math.max(1, length), length, stride: 1 };
}

/** `W[:, j]`: along axis 0. A vector, or a scalar, is one column. */
export function columnsOf(shape: readonly number[]): Fibres {
  if (shape.length < 2) return rowsOf(shape);
  const [length = 1, ...others] = shape;
  const count = others.reduce((product, size) => product * size, 1);
  return { count, length, stride: count };
}
