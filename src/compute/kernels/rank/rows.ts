/** The rows in which elements are ranked: along axis 1 of a tensor, whatever its rank. */
export interface Rows {
  /** Elements of a row. */
  readonly length: number;
  /** From an element of a row to its next: 1 for a matrix. */
  readonly inner: number;
}

/** Along axis 1, as mergekit takes them. A vector, or a scalar, is one row. */
export function rowsAlongAxis1([first = 1, length = first, ...further]: readonly number[]): Rows {
  return { length, inner: further.reduce((product, size) => product * size, 1) };
}

/** Elements of a slab: rows that lie in one another. */
export const slabOf = ({ length, inner }: Rows): number => length * inner;

/** Where an element stands when its slab is laid row by row. */
export function placeOf(element: number, { length, inner }: Rows): number {
  const within = element % (length * inner);
  return element - within + (within % inner) * length + Math.floor(within / inner);
}
