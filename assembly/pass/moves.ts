import { tanh } from "../lanes";
import { scratch } from "../layout";
import { BF16, bytesOf, F32, widenBf16, widenF16 } from "../tiles/load";

/** Rows of a piece, and elements of one. */
const PIECE_ROWS: u32 = 16;
const PIECE: u32 = 16_384;
/** Elements that are widened at a time. */
const STRETCH: u32 = 1024;

/** Numbers of a job at `at`: table, ids, y; m, width, first, count, row0, dtype, keep, scale: see `gatherRows.ts`. */
export function gatherRows(at: usize, piece: u32): void {
  const width = load<u32>(at, 16);
  const dtype = load<u32>(at, 32);
  const end = min(load<u32>(at, 12), (piece + 1) * PIECE_ROWS);
  for (let i = piece * PIECE_ROWS; i < end; i++) {
    const row = load<u32>(load<u32>(at, 4) + (i << 2)) - load<u32>(at, 20);
    if (row >= load<u32>(at, 24)) continue; // below the first as well
    const from = load<u32>(at) + bytesOf(dtype, (load<u32>(at, 28) + row) * width);
    const y = load<u32>(at, 8) + ((i * width) << 2);
    for (let j: u32 = 0; j < width; j += STRETCH) {
      const count = min(STRETCH, width - j);
      const values = widened(from + bytesOf(dtype, j), dtype, count);
      gatherStretch(y + (j << 2), values, count, load<f32>(at, 40), load<u32>(at, 36) != 0);
    }
  }
}

function widened(from: usize, dtype: u32, count: u32): usize {
  if (dtype == F32) return from;
  if (dtype == BF16) widenBf16(from, scratch, count);
  else widenF16(from, scratch, count);
  return scratch;
}

function gatherStretch(y: usize, x: usize, count: u32, scale: f32, keep: bool): void {
  const by = f32x4.splat(scale);
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4) {
    const value = f32x4.mul(by, v128.load(x + (i << 2)));
    v128.store(y + (i << 2), keep ? f32x4.add(v128.load(y + (i << 2)), value) : value);
  }
  for (; i < count; i++) {
    const value = scale * load<f32>(x + (i << 2));
    store<f32>(y + (i << 2), keep ? load<f32>(y + (i << 2)) + value : value);
  }
}

/** Numbers of a job at `at`: x, from, to, y; m, width, listed: see `copyRows.ts`. */
export function copyRows(at: usize, piece: u32): void {
  const bytes = load<u32>(at, 20) << 2;
  const listed = load<u32>(at, 24);
  const end = min(load<u32>(at, 16), (piece + 1) * PIECE_ROWS);
  for (let i = piece * PIECE_ROWS; i < end; i++) {
    const from = listed & 1 ? load<u32>(load<u32>(at, 4) + (i << 2)) : i;
    const to = listed & 2 ? load<u32>(load<u32>(at, 8) + (i << 2)) : i;
    memory.copy(load<u32>(at, 12) + to * bytes, load<u32>(at) + from * bytes, bytes);
  }
}

/** Numbers of a job at `at`: x, to, weights, y; m, width: see `addRows.ts`. No row of y is met twice. */
export function addRows(at: usize, piece: u32): void {
  const width = load<u32>(at, 20);
  const end = min(load<u32>(at, 16), (piece + 1) * PIECE_ROWS);
  for (let i = piece * PIECE_ROWS; i < end; i++) {
    const x = load<u32>(at) + ((i * width) << 2);
    const y = load<u32>(at, 12) + ((load<u32>(load<u32>(at, 4) + (i << 2)) * width) << 2);
    gatherStretch(y, x, width, load<f32>(load<u32>(at, 8) + (i << 2)), true);
  }
}

/** x = softCap · tanh(x / softCap). Numbers of a job at `at`: x; count, softCap. */
export function capLogits(at: usize, piece: u32): void {
  const cap = f32x4.splat(load<f32>(at, 8));
  const end = load<u32>(at) + (min(load<u32>(at, 4), (piece + 1) * PIECE) << 2);
  let x: usize = load<u32>(at) + ((piece * PIECE) << 2);
  for (; x + 16 <= end; x += 16) v128.store(x, f32x4.mul(cap, tanh(f32x4.div(v128.load(x), cap))));
  for (; x < end; x += 4) {
    const value = f32x4.mul(cap, tanh(f32x4.div(v128.load_splat<f32>(x), cap)));
    store<f32>(x, f32x4.extract_lane(value, 0));
  }
}
