import { across, exp, largest, tanh } from "../lanes";
import { scratch } from "../layout";

/** Rows of a piece. */
const PIECE_ROWS: u32 = 8;
/** Where the scores of a row lie in a thread's own memory, up to the histograms of tiles. */
const SCORES: usize = 0;
/** Keys whose scores have room there. A row that sees more ends its thread, and the run with a word, rather than write elsewhere. */
const MOST_KEYS: u32 = 0x8_0000 / 4 - 4;

/** Numbers of a job at `at`: q, k, v, rows, out; m, heads, kvHeads, headDim, window; scale, softCap. headDim is a multiple of 4. */
export function attention(at: usize, piece: u32): void {
  const m = load<u32>(at, 20);
  const heads = load<u32>(at, 24);
  const blocks = (m + PIECE_ROWS - 1) / PIECE_ROWS;
  const head = piece / blocks;
  const first = (piece % blocks) * PIECE_ROWS;
  const end = min(m, first + PIECE_ROWS);
  for (let row = first; row < end; row++) attendRow(at, row, head, heads);
}

function attendRow(at: usize, row: u32, head: u32, heads: u32): void {
  const kvHeads = load<u32>(at, 28);
  const headDim = load<u32>(at, 32);
  const window = load<u32>(at, 36);
  const facts = load<u32>(at, 12) + row * 16;
  const position = load<u32>(facts, 8);
  const end = min(load<u32>(facts, 4), position + 1);
  const start = window > 0 && position + 1 > window ? position + 1 - window : 0;
  const stride = kvHeads * headDim * 4;
  const column = ((head * kvHeads) / heads) * headDim * 4;
  const base = (load<u32>(facts) + start) * stride + column;
  const query = load<u32>(at) + (row * heads + head) * headDim * 4;
  const count = end - start;
  if (count > MOST_KEYS) unreachable();
  const most = scoresOf(query, load<u32>(at, 4) + base, stride, headDim, count, load<f32>(at, 40), load<f32>(at, 44));
  const total = softmax(count, most);
  weigh(load<u32>(at, 16) + (row * heads + head) * headDim * 4, load<u32>(at, 8) + base, stride, headDim, count, total);
}

/** Scores of all keys that a row sees; returns the largest. Behind the last stand scores too small to count, up to four. */
function scoresOf(q: usize, k: usize, stride: u32, headDim: u32, count: u32, scale: f32, cap: f32): f32 {
  const scores = scratch + SCORES;
  const bytes = headDim << 2;
  for (let key: u32 = 0; key < count; key++) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let i: u32 = 0;
    for (; i + 32 <= bytes; i += 32) {
      a = f32x4.add(a, f32x4.mul(v128.load(q + i), v128.load(k + i)));
      b = f32x4.add(b, f32x4.mul(v128.load(q + i, 16), v128.load(k + i, 16)));
    }
    if (i < bytes) a = f32x4.add(a, f32x4.mul(v128.load(q + i), v128.load(k + i)));
    store<f32>(scores + (key << 2), across(f32x4.add(a, b)) * scale);
    k += stride;
  }
  for (let key = count; key < ((count + 3) & ~3); key++) store<f32>(scores + (key << 2), -3e38);
  let most = f32x4.splat(-3e38);
  for (let key: u32 = 0; key < count; key += 4) {
    const place = scores + (key << 2);
    let four = v128.load(place);
    if (cap > 0) {
      four = f32x4.mul(f32x4.splat(cap), tanh(f32x4.div(four, f32x4.splat(cap))));
      v128.store(place, four);
    }
    most = f32x4.max(most, four);
  }
  if (cap > 0) for (let key = count; key < ((count + 3) & ~3); key++) store<f32>(scores + (key << 2), -3e38);
  return largest(most);
}

/** Makes weights of scores, e to their distance from the largest; returns their sum. */
function softmax(count: u32, most: f32): f32 {
  const scores = scratch + SCORES;
  let sum = f32x4.splat(0);
  for (let key: u32 = 0; key < count; key += 4) {
    const place = scores + (key << 2);
    const weights = exp(f32x4.sub(v128.load(place), f32x4.splat(most)));
    const whole = count - key >= 4;
    v128.store(place, weights);
    if (!whole) for (let last = count - key; last < 4; last++) store<f32>(place + (last << 2), 0);
    sum = f32x4.add(sum, v128.load(place));
  }
  return across(sum);
}

/** The weighted sum of the values, divided by that of the weights. */
function weigh(out: usize, v: usize, stride: u32, headDim: u32, count: u32, total: f32): void {
  const scores = scratch + SCORES;
  const by = f32x4.splat(total);
  let i: u32 = 0;
  const bytes = headDim << 2;
  for (; i + 64 <= bytes; i += 64) {
    let a = f32x4.splat(0);
    let b = f32x4.splat(0);
    let c = f32x4.splat(0);
    let d = f32x4.splat(0);
    let from = v + i;
    for (let key: u32 = 0; key < count; key++, from += stride) {
      const weight = v128.load_splat<f32>(scores + (key << 2));
      a = f32x4.add(a, f32x4.mul(weight, v128.load(from)));
      b = f32x4.add(b, f32x4.mul(weight, v128.load(from, 16)));
      c = f32x4.add(c, f32x4.mul(weight, v128.load(from, 32)));
      d = f32x4.add(d, f32x4.mul(weight, v128.load(from, 48)));
    }
    v128.store(out + i, f32x4.div(a, by));
    v128.store(out + i, f32x4.div(b, by), 16);
    v128.store(out + i, f32x4.div(c, by), 32);
    v128.store(out + i, f32x4.div(d, by), 48);
  }
  for (; i < bytes; i += 16) {
    let a = f32x4.splat(0);
    let from = v + i;
    for (let key: u32 = 0; key < count; key++, from += stride) {
      a = f32x4.add(a, f32x4.mul(v128.load_splat<f32>(scores + (key << 2)), v128.load(from)));
    }
    v128.store(out + i, f32x4.div(a, by));
  }
}
