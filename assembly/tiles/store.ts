import { BF16, F32 } from "./load";
import { nonFinite, total } from "./nonFinite";

/**
 * Narrows a register's elements as `src/formats/convert.ts` does: to the nearest, ties to even. The last eight are made whole with zeros.
 * @returns how many are NaN or infinite afterwards
 */
export function narrow(from: usize, to: usize, dtype: u32, count: u32): u32 {
  for (let i = count; i < ((count + 7) & ~7); i++) store<u32>(from + (i << 2), 0);
  if (dtype == F32) return storeWords(from, to, count);
  return dtype == BF16 ? narrowBf16(from, to, count) : narrowF16(from, to, count);
}

function storeWords(from: usize, to: usize, count: u32): u32 {
  for (let i: u32 = 0; i < count; i += 8) {
    v128.store(to + (i << 2), v128.load(from + (i << 2)));
    v128.store(to + (i << 2), v128.load(from + (i << 2), 16), 16);
  }
  return nonFinite(from, (count + 3) & ~3);
}

function bf16Codes(bits: v128): v128 {
  const upper = i32x4.shr_u(bits, 16);
  const odd = v128.and(upper, i32x4.splat(1));
  const rounded = i32x4.shr_u(i32x4.add(i32x4.add(bits, i32x4.splat(0x7fff)), odd), 16);
  const magnitude = v128.and(bits, i32x4.splat(0x7fff_ffff));
  const isNan = i32x4.gt_u(magnitude, i32x4.splat(0x7f80_0000));
  return v128.bitselect(v128.or(upper, i32x4.splat(0x40)), rounded, isNan);
}

function narrowBf16(from: usize, to: usize, count: u32): u32 {
  const exponent = i16x8.splat(0x7f80);
  let found = i16x8.splat(0);
  const end = from + (count << 2);
  while (from < end) {
    const codes = i16x8.narrow_i32x4_u(bf16Codes(v128.load(from)), bf16Codes(v128.load(from, 16)));
    found = i16x8.sub(found, i16x8.eq(v128.and(codes, exponent), exponent));
    v128.store(to, codes);
    from += 32;
    to += 16;
  }
  return total(i32x4.extadd_pairwise_i16x8_u(found));
}

/** Adding 1/2 leaves the number of units of 2^-24 in the lowest bits of an f32, rounded to nearest even: the code of what is subnormal in f16. */
function f16Codes(bits: v128): v128 {
  const magnitude = v128.and(bits, i32x4.splat(0x7fff_ffff));
  const half = i32x4.splat(0x3f00_0000);
  const subnormal = i32x4.sub(f32x4.add(magnitude, half), half);
  const odd = v128.and(i32x4.shr_u(magnitude, 13), i32x4.splat(1));
  const normal = i32x4.shr_u(i32x4.add(i32x4.sub(magnitude, i32x4.splat(0x3800_0000 - 0xfff)), odd), 13);
  const isNan = i32x4.gt_u(magnitude, i32x4.splat(0x7f80_0000));
  const special = v128.bitselect(i32x4.splat(0x7e00), i32x4.splat(0x7c00), isNan);
  const small = v128.bitselect(subnormal, normal, i32x4.lt_u(magnitude, i32x4.splat(0x3880_0000)));
  const code = v128.bitselect(small, special, i32x4.lt_u(magnitude, i32x4.splat(0x4780_0000)));
  return v128.or(code, v128.and(i32x4.shr_u(bits, 16), i32x4.splat(0x8000)));
}

function narrowF16(from: usize, to: usize, count: u32): u32 {
  const exponent = i16x8.splat(0x7c00);
  let found = i16x8.splat(0);
  const end = from + (count << 2);
  while (from < end) {
    const codes = i16x8.narrow_i32x4_u(f16Codes(v128.load(from)), f16Codes(v128.load(from, 16)));
    found = i16x8.sub(found, i16x8.eq(v128.and(codes, exponent), exponent));
    v128.store(to, codes);
    from += 32;
    to += 16;
  }
  return total(i32x4.extadd_pairwise_i16x8_u(found));
}
