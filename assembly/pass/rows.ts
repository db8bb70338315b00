import { exp, largest, tanh } from "../lanes";
import { scratch } from "../layout";
import { BF16, F32, widenBf16, widenF16 } from "../tiles/load";

/** Rows of a piece. */
const PIECE_ROWS: u32 = 16;
/** The type of a weight or bias that is not there. */
const ABSENT: u32 = 3;

/** Elements [first, first + count) of a stored vector, widened to a thread's own memory where they are not f32. */
function parameters(from: usize, dtype: u32, first: u32, count: u32, to: usize): usize {
  if (dtype == F32) return from + (first << 2);
  if (dtype == BF16) widenBf16(from + (first << 1), to, count);
  else widenF16(from + (first << 1), to, count);
  return to;
}

/**
 * RMSNorm or LayerNorm of rows. Numbers of a job at `at`: y, x, weight, bias; rows, width, weightRows, centred; weightFirst, weightType,
 * biasFirst, biasType; epsilon, offset. Sums are f64, as in the reference.
 */
export function norm(at: usize, piece: u32): void {
  const width = load<u32>(at, 20);
  const weightRows = load<u32>(at, 24);
  const end = min(load<u32>(at, 16), (piece + 1) * PIECE_ROWS);
  const weightType = load<u32>(at, 36);
  const biasType = load<u32>(at, 44);
  for (let row = piece * PIECE_ROWS; row < end; row++) {
    const x = load<u32>(at, 4) + row * width * 4;
    const y = load<u32>(at) + row * width * 4;
    const mean = load<u32>(at, 28) != 0 ? sumOf(x, width) / width : 0;
    const scale = 1 / Math.sqrt(squaresOf(x, mean, width) / width + load<f32>(at, 48));
    const first = (row % weightRows) * width;
    let weight: usize = 0;
    let bias: usize = 0;
    if (weightType != ABSENT)
      weight = parameters(load<u32>(at, 8), weightType, load<u32>(at, 32) + first, width, scratch);
    if (biasType != ABSENT) {
      bias = parameters(load<u32>(at, 12), biasType, load<u32>(at, 40) + first, width, scratch + 0x4_0000);
    }
    apply(x, y, width, <f32>mean, <f32>scale, weight, load<f32>(at, 52), bias);
  }
}

function sumOf(x: usize, width: u32): f64 {
  let a = f64x2.splat(0);
  let i: u32 = 0;
  for (; i + 2 <= width; i += 2) a = f64x2.add(a, f64x2.promote_low_f32x4(v128.load64_zero(x + (i << 2))));
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; i < width; i++) sum += <f64>load<f32>(x + (i << 2));
  return sum;
}

function squaresOf(x: usize, mean: f64, width: u32): f64 {
  const from = f64x2.splat(mean);
  let a = f64x2.splat(0);
  let i: u32 = 0;
  for (; i + 2 <= width; i += 2) {
    const two = f64x2.sub(f64x2.promote_low_f32x4(v128.load64_zero(x + (i << 2))), from);
    a = f64x2.add(a, f64x2.mul(two, two));
  }
  let sum = f64x2.extract_lane(a, 0) + f64x2.extract_lane(a, 1);
  for (; i < width; i++) {
    const one = <f64>load<f32>(x + (i << 2)) - mean;
    sum += one * one;
  }
  return sum;
}

function apply(x: usize, y: usize, width: u32, mean: f32, scale: f32, weight: usize, offset: f32, bias: usize): void {
  let i: u32 = 0;
  for (; i + 4 <= width; i += 4) {
    const at: usize = i << 2;
    let value = f32x4.mul(f32x4.sub(v128.load(x + at), f32x4.splat(mean)), f32x4.splat(scale));
    if (weight != 0) value = f32x4.mul(value, f32x4.add(v128.load(weight + at), f32x4.splat(offset)));
    if (bias != 0) value = f32x4.add(value, v128.load(bias + at));
    v128.store(y + at, value);
  }
  for (; i < width; i++) {
    const at: usize = i << 2;
    let value = (load<f32>(x + at) - mean) * scale;
    if (weight != 0) value *= load<f32>(weight + at) + offset;
    if (bias != 0) value += load<f32>(bias + at);
    store<f32>(y + at, value);
  }
}

/** y += scale · x. Numbers of a job at `at`: x, y; count, scale. */
export function addScaled(at: usize, piece: u32): void {
  const count = load<u32>(at, 8);
  const scale = load<f32>(at, 12);
  const by = f32x4.splat(scale);
  const first = piece * 16_384;
  const end = min(count, first + 16_384);
  const x = load<u32>(at);
  const y = load<u32>(at, 4);
  let i = first;
  for (; i + 4 <= end; i += 4) {
    const place: usize = i << 2;
    v128.store(y + place, f32x4.add(v128.load(y + place), f32x4.mul(by, v128.load(x + place))));
  }
  for (; i < end; i++) {
    const place: usize = i << 2;
    store<f32>(y + place, load<f32>(y + place) + scale * load<f32>(x + place));
  }
}

/**
 * Turns pairs of elements. Numbers of a job at `at`: table, positions, x; rows, heads, headDim, pairs, step, apart.
 */
export function rope(at: usize, piece: u32): void {
  const heads = load<u32>(at, 16);
  const headDim = load<u32>(at, 20);
  const pairs = load<u32>(at, 24);
  const step = load<u32>(at, 28);
  const apart: usize = load<u32>(at, 32) << 2;
  const end = min(load<u32>(at, 12), (piece + 1) * PIECE_ROWS);
  for (let row = piece * PIECE_ROWS; row < end; row++) {
    const turns = load<u32>(at) + load<u32>(load<u32>(at, 4) + (row << 2)) * pairs * 8;
    for (let head: u32 = 0; head < heads; head++) {
      let x: usize = load<u32>(at, 8) + (row * heads + head) * headDim * 4;
      for (let pair: u32 = 0; pair < pairs; pair++) {
        const cos = load<f32>(turns + (pair << 3));
        const sin = load<f32>(turns + (pair << 3), 4);
        const a = load<f32>(x);
        const b = load<f32>(x + apart);
        store<f32>(x, a * cos - b * sin);
        store<f32>(x + apart, b * cos + a * sin);
        x += step << 2;
      }
    }
  }
}

/**
 * Folds logits into what is known of each row. Numbers of a job at `at`: logits, targets, running; m, n, first, softCap.
 */
export function nllFold(at: usize, piece: u32): void {
  const n = load<u32>(at, 16);
  const cap = load<f32>(at, 24);
  const end = min(load<u32>(at, 12), (piece + 1) * PIECE_ROWS);
  for (let row = piece * PIECE_ROWS; row < end; row++) {
    const logits = load<u32>(at) + row * n * 4;
    if (cap > 0) bend(logits, n, cap);
    const state = load<u32>(at, 8) + row * 16;
    const before = load<f32>(state);
    let four = f32x4.splat(before);
    let i: u32 = 0;
    for (; i + 4 <= n; i += 4) four = f32x4.max(four, v128.load(logits + (i << 2)));
    let most = largest(four);
    for (; i < n; i++) most = max(most, load<f32>(logits + (i << 2)));
    const top = f32x4.splat(most);
    let total = <f64>load<f32>(state, 4) * Math.exp(<f64>before - <f64>most);
    let sums = f64x2.splat(0);
    i = 0;
    for (; i + 4 <= n; i += 4) {
      const e = exp(f32x4.sub(v128.load(logits + (i << 2)), top));
      sums = f64x2.add(sums, f64x2.promote_low_f32x4(e));
      sums = f64x2.add(sums, f64x2.promote_low_f32x4(v128.shuffle<i32>(e, e, 2, 3, 0, 1)));
    }
    total += f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
    for (; i < n; i++) total += Math.exp(<f64>load<f32>(logits + (i << 2)) - <f64>most);
    store<f32>(state, most);
    store<f32>(state, <f32>total, 4);
    const target = load<u32>(load<u32>(at, 4) + (row << 2)) - load<u32>(at, 20);
    if (target < n) store<f32>(state, load<f32>(logits + (target << 2)), 8);
  }
}

/** c · tanh(x / c) in place. */
function bend(at: usize, count: u32, cap: f32): void {
  const by = f32x4.splat(cap);
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4) {
    const place = at + (i << 2);
    v128.store(place, f32x4.mul(by, tanh(f32x4.div(v128.load(place), by))));
  }
  for (; i < count; i++) {
    const place = at + (i << 2);
    const bent = f32x4.mul(by, tanh(f32x4.div(v128.load_splat<f32>(place), by)));
    store<f32>(place, f32x4.extract_lane(bent, 0));
  }
}
