/*
 * Philox-4x32-10 of four neighbouring counters at once (Salmon, Moraes, Dror, Shaw, SC 2011), as `randomWords` of
 * `src/compute/kernels/common/random.ts`.
 */

import { scratch } from "../layout";

/** Where words lie in a thread's own memory, between its registers and its histograms. */
const WORDS: usize = 0x8_0000 - 64;

/** High and low words of the products of four u32 by a constant: of the first two, and of the last two. */
function high(first: v128, last: v128): v128 {
  return v128.shuffle<i32>(first, last, 1, 3, 5, 7);
}

function low(first: v128, last: v128): v128 {
  return v128.shuffle<i32>(first, last, 0, 2, 4, 6);
}

/**
 * Zeros the elements of sixteen whose random word is not under the bound.
 * @param first the counter of the first four
 */
export function keepSixteen(at: usize, first: u32, keyLow: u32, keyHigh: u32, below: v128): void {
  sixteenWords(scratch + WORDS, first, keyLow, keyHigh);
  for (let i: usize = 0; i < 64; i += 16) {
    v128.store(at + i, v128.and(v128.load(at + i), i32x4.lt_u(v128.load(scratch + WORDS + i), below)));
  }
}

/** The random words of sixteen elements, the first four of counter `first`. */
export function sixteenWords(to: usize, first: u32, keyLow: u32, keyHigh: u32): void {
  let c0 = i32x4.add(i32x4.splat(first), i32x4(0, 1, 2, 3));
  let c1 = i32x4.splat(0);
  let c2 = i32x4.splat(0);
  let c3 = i32x4.splat(0);
  let k0 = i32x4.splat(keyLow);
  let k1 = i32x4.splat(keyHigh);
  const m0 = i32x4.splat(0xd251_1f53);
  const m1 = i32x4.splat(0xcd9e_8d57);
  for (let round = 0; round < 10; round++) {
    const first0 = i64x2.extmul_low_i32x4_u(c0, m0);
    const last0 = i64x2.extmul_high_i32x4_u(c0, m0);
    const first1 = i64x2.extmul_low_i32x4_u(c2, m1);
    const last1 = i64x2.extmul_high_i32x4_u(c2, m1);
    c0 = v128.xor(v128.xor(high(first1, last1), c1), k0);
    c1 = low(first1, last1);
    c2 = v128.xor(v128.xor(high(first0, last0), c3), k1);
    c3 = low(first0, last0);
    k0 = i32x4.add(k0, i32x4.splat(0x9e37_79b9));
    k1 = i32x4.add(k1, i32x4.splat(0xbb67_ae85));
  }
  // Lane i of c0 … c3 are the four words of counter i: turned over, vector i has them.
  const a = v128.shuffle<i32>(c0, c1, 0, 4, 1, 5);
  const b = v128.shuffle<i32>(c2, c3, 0, 4, 1, 5);
  const c = v128.shuffle<i32>(c0, c1, 2, 6, 3, 7);
  const d = v128.shuffle<i32>(c2, c3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(a, b, 0, 2));
  v128.store(to, v128.shuffle<i64>(a, b, 1, 3), 16);
  v128.store(to, v128.shuffle<i64>(c, d, 0, 2), 32);
  v128.store(to, v128.shuffle<i64>(c, d, 1, 3), 48);
}
