import { keepSixteen } from "./philox";

/** Keys of four magnitudes: the f32 pattern without the sign; subnormals count as zero. */
export function keysOf(bits: v128): v128 {
  const magnitude = v128.and(bits, i32x4.splat(0x7fff_ffff));
  return v128.andnot(magnitude, i32x4.lt_u(magnitude, i32x4.splat(0x0080_0000)));
}

/** Where a key is above a threshold, or equal to it and of an element before `cut`. */
function amongLargest(keys: v128, threshold: v128, elements: v128, cut: v128): v128 {
  const equal = v128.and(i32x4.eq(keys, threshold), i32x4.lt_u(elements, cut));
  return v128.or(i32x4.gt_u(keys, threshold), equal);
}

/** Where an element is among the largest. */
export function chooseLargest(to: usize, a: usize, first: u32, bits: u32, cut: u32, count: u32): void {
  const threshold = i32x4.splat(bits);
  const before = i32x4.splat(cut);
  const four = i32x4.splat(4);
  let elements = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16) {
    v128.store(to, amongLargest(keysOf(v128.load(a)), threshold, elements, before));
    elements = i32x4.add(elements, four);
  }
}

/**
 * Zeros what is not among the largest.
 * @param first index of the tile's first element, counted as `cut` is
 */
export function keepLargest(at: usize, first: u32, bits: u32, cut: u32, count: u32): void {
  const threshold = i32x4.splat(bits);
  const before = i32x4.splat(cut);
  const four = i32x4.splat(4);
  let elements = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  const end = at + (count << 2);
  for (; at < end; at += 16) {
    const value = v128.load(at);
    v128.store(at, v128.and(value, amongLargest(keysOf(value), threshold, elements, before)));
    elements = i32x4.add(elements, four);
  }
}

/** The same, but not what is among the very largest, the outliers. */
export function keepMiddle(
  at: usize,
  first: u32,
  bits: u32,
  cut: u32,
  outlierBits: u32,
  outlierCut: u32,
  count: u32,
): void {
  const threshold = i32x4.splat(bits);
  const before = i32x4.splat(cut);
  const outlier = i32x4.splat(outlierBits);
  const outlierBefore = i32x4.splat(outlierCut);
  const four = i32x4.splat(4);
  let elements = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  const end = at + (count << 2);
  for (; at < end; at += 16) {
    const value = v128.load(at);
    const keys = keysOf(value);
    const kept = amongLargest(keys, threshold, elements, before);
    v128.store(at, v128.and(value, v128.andnot(kept, amongLargest(keys, outlier, elements, outlierBefore))));
    elements = i32x4.add(elements, four);
  }
}

/**
 * Zeros each element whose random word is not under the bound.
 * @param first index in the tensor of the tile's first element, divided by 4: the counter of its words
 */
export function keepRandom(at: usize, first: u32, keyLow: u32, keyHigh: u32, bound: u32, count: u32): void {
  const below = i32x4.splat(bound);
  for (let i: u32 = 0; i < count; i += 16) keepSixteen(at + (i << 2), first + (i >> 2), keyLow, keyHigh, below);
}
