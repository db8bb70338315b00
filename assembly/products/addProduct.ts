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
  const fours = rank & ~3;
  const stride = columns << 2;
  for (let k: u32 = 0; k < fours; k += 4) addFour(left + (k << 2), right + k * stride, stride, sums, length);
  for (let k = fours; k < rank; k++) {
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
  for (let i: u32 = 0; i < whole; i += 4) {
    const to = w + (i << 2);
    const product = f32x4.mul(f32x4.splat(scale), v128.load(sums + (i << 2)));
    v128.store(to, f32x4.add(v128.load(to), product));
  }
  for (let i = whole; i < length; i++) {
    const to = w + (i << 2);
    store<f32>(to, load<f32>(to) + scale * load<f32>(sums + (i << 2)));
  }
}

/** Four products, one after the other; sums are read and written once. */
function addFour(factors: usize, from: usize, stride: u32, sums: usize, length: u32): void {
  const a = load<f32>(factors);
  const b = load<f32>(factors, 4);
  const c = load<f32>(factors, 8);
  const d = load<f32>(factors, 12);
  const whole = length & ~3;
  for (let i: u32 = 0; i < whole; i += 4) {
    const at = from + (i << 2);
    let sum = v128.load(sums + (i << 2));
    sum = f32x4.add(sum, f32x4.mul(f32x4.splat(a), v128.load(at)));
    sum = f32x4.add(sum, f32x4.mul(f32x4.splat(b), v128.load(at + stride)));
    sum = f32x4.add(sum, f32x4.mul(f32x4.splat(c), v128.load(at + 2 * stride)));
    sum = f32x4.add(sum, f32x4.mul(f32x4.splat(d), v128.load(at + 3 * stride)));
    v128.store(sums + (i << 2), sum);
  }
  for (let i = whole; i < length; i++) {
    const at = from + (i << 2);
    let sum = load<f32>(sums + (i << 2));
    sum = sum + a * load<f32>(at);
    sum = sum + b * load<f32>(at + stride);
    sum = sum + c * load<f32>(at + 2 * stride);
    sum = sum + d * load<f32>(at + 3 * stride);
    store<f32>(sums + (i << 2), sum);
  }
}
