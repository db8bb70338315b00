/** Elements of a fibre that are added one after the other: as in `src/compute/kernels/reduce/fibreSums.ts`. */
export const FIBRE_PIECE: u32 = 1024;

/**
 * The number in the table for each element's fibre.
 * @param table address of the first fibre's number
 * @param width bytes from one fibre's to the next
 * @param place of the first element, from the beginning of the table's first fibre
 * @param size elements of a row; of columns, how many there are
 */
export function ofFibre(to: usize, table: usize, width: u32, place: u32, size: u32, rows: bool, count: u32): void {
  let fibre = rows ? place / size : place % size;
  if (!rows) {
    for (let i: u32 = 0; i < count; i++) {
      store<f32>(to + (i << 2), load<f32>(table + fibre * width));
      if (++fibre == size) fibre = 0;
    }
    return;
  }
  let left = size - (place % size);
  for (let i: u32 = 0; i < count; fibre++, left = size) {
    const value = load<f32>(table + fibre * width);
    const end = min(count, i + left);
    for (; i < end; i++) store<f32>(to + (i << 2), value);
  }
}

/** Zeros the elements whose bit is not set in the number of their fibre, a row; the first is at a multiple of four, as the size of a row is. */
export function keepBits(at: usize, table: usize, width: u32, place: u32, size: u32, count: u32): void {
  const bits = i32x4(1, 2, 4, 8);
  const zero = i32x4.splat(0);
  for (let i: u32 = 0; i < count; i += 4) {
    const element = place + i;
    const word = <u32>load<f32>(table + (element / size) * width) >> (element % size);
    const kept = i32x4.ne(v128.and(i32x4.splat(word), bits), zero);
    v128.store(at + (i << 2), v128.and(v128.load(at + (i << 2)), kept));
  }
}

/** Index of the piece that the present stretch belongs to, and whether all of it does; else each element is of one piece more. */
let first: u32 = 0;
let isOne: bool = false;

export function bringTo(piece: u32, one: bool): void {
  first = piece;
  isOne = one;
}

/**
 * Brings a stretch of a term to the sums of its pieces, element after element.
 * @param sums address of the first piece's
 * @param width bytes from one piece's to the next
 * @param most whether the largest is wanted, and not the sum
 */
export function join(a: usize, sums: usize, width: u32, most: bool, count: u32): void {
  let to = sums + first * width;
  const end = a + (count << 2);
  if (!isOne) {
    for (; a < end; a += 4, to += width) store<f32>(to, both(load<f32>(to), load<f32>(a), most));
    return;
  }
  let all = load<f32>(to);
  if (most) for (; a < end; a += 4) all = max(all, load<f32>(a));
  else for (; a < end; a += 4) all += load<f32>(a);
  store<f32>(to, all);
}

function both(a: f32, b: f32, most: bool): f32 {
  return most ? max(a, b) : a + b;
}
