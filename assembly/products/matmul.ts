import { across } from "../lanes";
import { scratch } from "../layout";
import { BF16, F32, f16Bits, widenBf16, widenF16 } from "../tiles/load";

/*
 * y[m, n] (+)= scale · x[m, k] · wᵀ + bias, weights as they are stored. Columns of the result are taken eight by eight: their weights
 * are widened and laid side by side in a panel that stays in the cache, and every four rows of x go over it with eight vectors of sums
 * in registers. Sums run over stretches of k in a fixed order, so that how pieces are cut changes no bit.
 */

/** Columns of a panel, rows that go over it together. */
const COLUMNS: u32 = 8;
const ROWS: u32 = 4;
/** Columns and rows of a piece. */
const PIECE_COLUMNS: u32 = 64;
const PIECE_ROWS: u32 = 256;
/** Elements of k in a panel: 8 columns of 512 f32 are 16 KiB. */
const DEPTH: u32 = 512;

/** Rows up to which weights are read once and not laid out: too few sums to pay for it. */
const FEW: u32 = 3;

/** Where things lie in a thread's own memory: one widened row of w, then the panels. */
const PANELS: usize = 0x1_0000;

function multiplyAdd(sum: v128, a: v128, b: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, sum) : f32x4.add(sum, f32x4.mul(a, b));
}

/** Stored elements as f32. `code` as in `load.ts`. */
function widenRow(from: usize, dtype: u32, to: usize, count: u32): usize {
  if (dtype == F32) return from;
  if (dtype == BF16) widenBf16(from, to, count);
  else widenF16(from, to, count);
  return to;
}

/** Numbers of a job at `at`: x, w, bias, y; m, n, k, first, stride, by column; type of w, of the bias; first of the bias, keep, scale. */
export function matmul(at: usize, piece: u32): void {
  const m = load<u32>(at, 16);
  const n = load<u32>(at, 20);
  if (m <= FEW && load<u32>(at, 36) == 0) return few(at, piece);
  const across = (n + PIECE_COLUMNS - 1) / PIECE_COLUMNS;
  const column = (piece % across) * PIECE_COLUMNS;
  const row = (piece / across) * PIECE_ROWS;
  const columns = min(PIECE_COLUMNS, n - column);
  const rows = min(PIECE_ROWS, m - row);
  const k = load<u32>(at, 24);
  for (let depth: u32 = 0; depth < k; depth += DEPTH) {
    const length = min(DEPTH, k - depth);
    pack(at, column, columns, depth, length);
    for (let i: u32 = 0; i < rows; i += ROWS) {
      for (let j: u32 = 0; j < columns; j += COLUMNS) {
        block(at, row + i, min(ROWS, rows - i), column + j, min(COLUMNS, columns - j), j, depth, length);
      }
    }
  }
}

/** Lays columns [column, column + columns) of wᵀ side by side, eight to a panel, for `length` elements of k from `depth`. */
function pack(at: usize, column: u32, columns: u32, depth: u32, length: u32): void {
  const w = load<u32>(at, 4);
  const first = load<u32>(at, 28);
  const stride = load<u32>(at, 32);
  const dtype = load<u32>(at, 40);
  const bytes: u32 = dtype == F32 ? 4 : 2;
  const row = scratch;
  if (load<u32>(at, 36) != 0) {
    // Stored [k, n]: a row of w holds the columns side by side already.
    for (let e: u32 = 0; e < length; e++) {
      const from = w + ((depth + e) * stride + first + column) * bytes;
      const values = widenRow(from, dtype, row, columns);
      for (let j: u32 = 0; j < columns; j += COLUMNS) {
        const to = scratch + PANELS + (j * length + e * COLUMNS) * 4;
        const here = values + (j << 2);
        if (columns - j >= COLUMNS) {
          v128.store(to, v128.load(here));
          v128.store(to, v128.load(here, 16), 16);
        } else {
          for (let c: u32 = 0; c < COLUMNS; c++) {
            store<f32>(to + (c << 2), c < columns - j ? load<f32>(here + (c << 2)) : 0);
          }
        }
      }
    }
    return;
  }
  const step = DEPTH * 4 + 64;
  for (let j: u32 = 0; j < columns; j += COLUMNS) {
    const panel = scratch + PANELS + j * length * 4;
    // Eight rows widened, then turned over four by four.
    const r0 = widenOf(w, first, stride, bytes, dtype, column, columns, j, 0, depth, length, row);
    const r1 = widenOf(w, first, stride, bytes, dtype, column, columns, j, 1, depth, length, row + step);
    const r2 = widenOf(w, first, stride, bytes, dtype, column, columns, j, 2, depth, length, row + 2 * step);
    const r3 = widenOf(w, first, stride, bytes, dtype, column, columns, j, 3, depth, length, row + 3 * step);
    const r4 = widenOf(w, first, stride, bytes, dtype, column, columns, j, 4, depth, length, row + 4 * step);
    const r5 = widenOf(w, first, stride, bytes, dtype, column, columns, j, 5, depth, length, row + 5 * step);
    const r6 = widenOf(w, first, stride, bytes, dtype, column, columns, j, 6, depth, length, row + 6 * step);
    const r7 = widenOf(w, first, stride, bytes, dtype, column, columns, j, 7, depth, length, row + 7 * step);
    const whole = length & ~3;
    for (let e: u32 = 0; e < whole; e += 4) {
      turn(panel + e * 32, r0 + (e << 2), r1 + (e << 2), r2 + (e << 2), r3 + (e << 2));
      turn(panel + e * 32 + 16, r4 + (e << 2), r5 + (e << 2), r6 + (e << 2), r7 + (e << 2));
    }
    for (let e = whole; e < length; e++) {
      const to = panel + e * 32;
      store<f32>(to, load<f32>(r0 + (e << 2)));
      store<f32>(to, load<f32>(r1 + (e << 2)), 4);
      store<f32>(to, load<f32>(r2 + (e << 2)), 8);
      store<f32>(to, load<f32>(r3 + (e << 2)), 12);
      store<f32>(to, load<f32>(r4 + (e << 2)), 16);
      store<f32>(to, load<f32>(r5 + (e << 2)), 20);
      store<f32>(to, load<f32>(r6 + (e << 2)), 24);
      store<f32>(to, load<f32>(r7 + (e << 2)), 28);
    }
  }
}

/** Row j + c of a piece's weights, widened; the last there is, for a panel that is not full. */
function widenOf(
  w: u32,
  first: u32,
  stride: u32,
  bytes: u32,
  dtype: u32,
  column: u32,
  columns: u32,
  j: u32,
  c: u32,
  depth: u32,
  length: u32,
  to: usize,
): usize {
  const row = column + min(j + c, columns - 1);
  return widenRow(w + (row * stride + first + depth) * bytes, dtype, to, length);
}

/** Four rows of four elements as four columns, 32 bytes apart. */
function turn(to: usize, r0: usize, r1: usize, r2: usize, r3: usize): void {
  const a = v128.load(r0);
  const b = v128.load(r1);
  const c = v128.load(r2);
  const d = v128.load(r3);
  const ab0 = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const ab1 = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const cd0 = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const cd1 = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab0, cd0, 0, 2));
  v128.store(to, v128.shuffle<i64>(ab0, cd0, 1, 3), 32);
  v128.store(to, v128.shuffle<i64>(ab1, cd1, 0, 2), 64);
  v128.store(to, v128.shuffle<i64>(ab1, cd1, 1, 3), 96);
}

/** Up to four rows by eight columns of the result, over one stretch of k. */
function block(at: usize, row: u32, rows: u32, column: u32, columns: u32, j: u32, depth: u32, length: u32): void {
  const k = load<u32>(at, 24);
  const x = load<u32>(at) + (row * k + depth) * 4;
  let x0 = x;
  let x1 = x + min(1, rows - 1) * k * 4;
  let x2 = x + min(2, rows - 1) * k * 4;
  let x3 = x + min(3, rows - 1) * k * 4;
  let panel = scratch + PANELS + j * length * 4;
  const end = panel + length * 32;
  let a0 = f32x4.splat(0);
  let b0 = f32x4.splat(0);
  let a1 = f32x4.splat(0);
  let b1 = f32x4.splat(0);
  let a2 = f32x4.splat(0);
  let b2 = f32x4.splat(0);
  let a3 = f32x4.splat(0);
  let b3 = f32x4.splat(0);
  while (panel < end) {
    const p = v128.load(panel);
    const q = v128.load(panel, 16);
    const v0 = v128.load_splat<f32>(x0);
    a0 = multiplyAdd(a0, v0, p);
    b0 = multiplyAdd(b0, v0, q);
    const v1 = v128.load_splat<f32>(x1);
    a1 = multiplyAdd(a1, v1, p);
    b1 = multiplyAdd(b1, v1, q);
    const v2 = v128.load_splat<f32>(x2);
    a2 = multiplyAdd(a2, v2, p);
    b2 = multiplyAdd(b2, v2, q);
    const v3 = v128.load_splat<f32>(x3);
    a3 = multiplyAdd(a3, v3, p);
    b3 = multiplyAdd(b3, v3, q);
    panel += 32;
    x0 += 4;
    x1 += 4;
    x2 += 4;
    x3 += 4;
  }
  const begins = depth == 0;
  putEight(at, row, column, columns, a0, b0, begins);
  if (rows > 1) putEight(at, row + 1, column, columns, a1, b1, begins);
  if (rows > 2) putEight(at, row + 2, column, columns, a2, b2, begins);
  if (rows > 3) putEight(at, row + 3, column, columns, a3, b3, begins);
}

/** Adds sums over one stretch of k to the result; the first stretch brings the bias, and what was there, if that is kept. */
function putEight(at: usize, row: u32, column: u32, columns: u32, a: v128, b: v128, begins: bool): void {
  const y = load<u32>(at, 12) + (row * load<u32>(at, 20) + column) * 4;
  const scale = f32x4.splat(load<f32>(at, 56));
  if (columns == COLUMNS && (!begins || load<u32>(at, 44) == NONE)) {
    a = f32x4.mul(scale, a);
    b = f32x4.mul(scale, b);
    if (!begins || load<u32>(at, 52) != 0) {
      a = f32x4.add(v128.load(y), a);
      b = f32x4.add(v128.load(y, 16), b);
    }
    v128.store(y, a);
    v128.store(y, b, 16);
    return;
  }
  const sums = scratch + PANELS - 64;
  v128.store(sums, a);
  v128.store(sums, b, 16);
  for (let c: u32 = 0; c < columns; c++) put(at, row, column + c, load<f32>(sums + (c << 2)), begins);
}

/** The type of a bias that is not there. */
const NONE: u32 = 3;

function put(at: usize, row: u32, column: u32, sum: f32, begins: bool): void {
  const y = load<u32>(at, 12) + (row * load<u32>(at, 20) + column) * 4;
  let value = load<f32>(at, 56) * sum;
  if (!begins || load<u32>(at, 52) != 0) value = load<f32>(y) + value;
  if (begins && load<u32>(at, 44) != NONE) value += biasOf(at, column);
  store<f32>(y, value);
}

function biasOf(at: usize, column: u32): f32 {
  const element = load<u32>(at, 48) + column;
  const type = load<u32>(at, 44);
  const from = load<u32>(at, 8);
  if (type == F32) return load<f32>(from + (element << 2));
  return oneOf(from + (element << 1), type);
}

/** One bf16 or f16. */
function oneOf(at: usize, dtype: u32): f32 {
  const code = <u32>load<u16>(at);
  return dtype == BF16 ? reinterpret<f32>(code << 16) : f32x4.extract_lane(f16Bits(i32x4.splat(code)), 0);
}

/** One to three rows: every weight is read once for each of them, straight into registers. */
function few(at: usize, piece: u32): void {
  const m = load<u32>(at, 16);
  const n = load<u32>(at, 20);
  const k = load<u32>(at, 24);
  const dtype = load<u32>(at, 40);
  const bytes: u32 = dtype == F32 ? 4 : 2;
  const end = min(n, (piece + 1) * PIECE_COLUMNS);
  for (let j = piece * PIECE_COLUMNS; j < end; j++) {
    const w = load<u32>(at, 4) + (j * load<u32>(at, 32) + load<u32>(at, 28)) * bytes;
    for (let i: u32 = 0; i < m; i++) put(at, i, j, dot(load<u32>(at) + i * k * 4, w, dtype, k), true);
  }
}

function dot(x: usize, w: usize, dtype: u32, k: u32): f32 {
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let c = f32x4.splat(0);
  let d = f32x4.splat(0);
  const whole = k & ~15;
  let i: u32 = 0;
  if (dtype == F32) {
    for (; i < whole; i += 16, x += 64, w += 64) {
      a = multiplyAdd(a, v128.load(x), v128.load(w));
      b = multiplyAdd(b, v128.load(x, 16), v128.load(w, 16));
      c = multiplyAdd(c, v128.load(x, 32), v128.load(w, 32));
      d = multiplyAdd(d, v128.load(x, 48), v128.load(w, 48));
    }
    for (; i < (k & ~3); i += 4, x += 16, w += 16) a = multiplyAdd(a, v128.load(x), v128.load(w));
  } else if (dtype == BF16) {
    for (; i < whole; i += 16, x += 64, w += 32) {
      const p = v128.load(w);
      const q = v128.load(w, 16);
      a = multiplyAdd(a, v128.load(x), i32x4.shl(i32x4.extend_low_i16x8_u(p), 16));
      b = multiplyAdd(b, v128.load(x, 16), i32x4.shl(i32x4.extend_high_i16x8_u(p), 16));
      c = multiplyAdd(c, v128.load(x, 32), i32x4.shl(i32x4.extend_low_i16x8_u(q), 16));
      d = multiplyAdd(d, v128.load(x, 48), i32x4.shl(i32x4.extend_high_i16x8_u(q), 16));
    }
    for (; i < (k & ~3); i += 4, x += 16, w += 8) {
      a = multiplyAdd(a, v128.load(x), i32x4.shl(v128.load16x4_u(w), 16));
    }
  } else {
    for (; i < (k & ~3); i += 4, x += 16, w += 8) a = multiplyAdd(a, v128.load(x), f16Bits(v128.load16x4_u(w)));
  }
  let sum = across(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
  for (; i < k; i++, x += 4) {
    if (dtype == F32) {
      sum += load<f32>(x) * load<f32>(w);
      w += 4;
    } else {
      sum += load<f32>(x) * oneOf(w, dtype);
      w += 2;
    }
  }
  return sum;
}
