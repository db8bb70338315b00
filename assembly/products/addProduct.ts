import { scratch } from "../layout";
import { F32, widen } from "../tiles/load";
import { narrow } from "../tiles/store";

/*
 * w += scale · left · right on a stretch of a stored matrix, in place. Sums run over the rank in order, product by product, so that the
 * bytes are those of the reference.
 */

/** Elements of a piece, a multiple of sixteen. */
const PIECE: u32 = 4096;
/** Where the sums lie in a thread's own memory: behind the widened elements and the sixteen that a load may add. */
const SUMS: usize = 0x8000;

/** Numbers of a job at `at`: w, left, right; count, column of the first element, columns, rank, type of w, scale. */
export function addProduct(at: usize, piece: u32): void {
  const dtype = load<u32>(at, 28);
  const first = piece * PIECE;
  const count = min(PIECE, load<u32>(at, 12) - first);
  const w = load<u32>(at) + first * (dtype == F32 ? 4 : 2);
  widen(w, dtype, scratch, count, false);
  const columns = load<u32>(at, 20);
  let row = (load<u32>(at, 16) + first) / columns;
  let column = (load<u32>(at, 16) + first) % columns;
  for (let i: u32 = 0; i < count; ) {
    const length = min(columns - column, count - i);
    addRow(at, row, column, scratch + (i << 2), length);
    i += length;
    row++;
    column = 0;
  }
  if (dtype != F32) narrow(scratch, w, dtype, count);
  else for (let i: u32 = 0; i < count; i += 4) v128.store(w + (i << 2), v128.load(scratch + (i << 2)));
}

/** Elements [column, column + length) of one row. */
function addRow(at: usize, row: u32, column: u32, w: usize, length: u32): void {
  const columns = load<u32>(at, 20);
  const rank = load<u32>(at, 24);
  const left = load<u32>(at, 4) + row * rank * 4;
  const right = load<u32>(at, 8) + column * 4;
  const scale = load<f32>(at, 32);
  const sums = scratch + SUMS;
  memory.fill(sums, 0, length << 2);
  const whole = length & ~3;
  for (let k: u32 = 0; k < rank; k++) {
    const factor = load<f32>(left + (k << 2));
    const from = right + k * columns * 4;
    const lanes = f32x4.splat(factor);
    for (let i: u32 = 0; i < whole; i += 4) {
      const sum = sums + (i << 2);
      v128.store(sum, f32x4.add(v128.load(sum), f32x4.mul(lanes, v128.load(from + (i << 2)))));
    }
    for (let i = whole; i < length; i++) {
      const sum = sums + (i << 2);
      store<f32>(sum, load<f32>(sum) + factor * load<f32>(from + (i << 2)));
    }
  }
  for (let i: u32 = 0; i < length; i++) {
    const to = w + (i << 2);
    store<f32>(to, load<f32>(to) + scale * load<f32>(sums + (i << 2)));
  }
}
