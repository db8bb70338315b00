import { nonFinite } from "./nonFinite";

/** Codes of stored types; as in `src/compute/kernels/tiles/tiles.ts`. */
export const F32: u32 = 0;
export const BF16: u32 = 1;
export const F16: u32 = 2;
export const F8_E4M3: u32 = 3;
export const F8_E5M2: u32 = 4;

/** Bytes of `count` elements. */
export function bytesOf(dtype: u32, count: u32): u32 {
  return dtype == F32 ? count * 4 : dtype <= F16 ? count * 2 : count;
}

/**
 * Widens elements to f32, by bit patterns, as `src/formats/convert.ts` does. Reads whole vectors: what follows the last element, up to
 * sixteen bytes, is read and not used. The register gets zeros up to its next multiple of sixteen.
 * @returns how many are NaN or infinite, if somebody counts
 */
export function widen(from: usize, dtype: u32, to: usize, count: u32, counts: bool = false): u32 {
  if (dtype == F32) copyWords(from, to, count);
  else if (dtype == BF16) widenBf16(from, to, count);
  else if (dtype == F16) widenF16(from, to, count);
  else if (dtype == F8_E4M3) widenE4m3(from, to, count);
  else widenE5m2(from, to, count);
  for (let i = count; i < ((count + 15) & ~15); i++) store<u32>(to + (i << 2), 0);
  return counts ? nonFinite(to, count) : 0;
}

function copyWords(from: usize, to: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i += 4) v128.store(to + (i << 2), v128.load(from + (i << 2)));
}

export function widenBf16(from: usize, to: usize, count: u32): void {
  const end = from + (count << 1);
  while (from < end) {
    const codes = v128.load(from);
    v128.store(to, i32x4.shl(i32x4.extend_low_i16x8_u(codes), 16));
    v128.store(to, i32x4.shl(i32x4.extend_high_i16x8_u(codes), 16), 16);
    from += 16;
    to += 32;
  }
}

/** f32 patterns of four f16 codes in 32 bits each. */
export function f16Bits(codes: v128): v128 {
  const magnitude = v128.and(codes, i32x4.splat(0x7fff));
  const sign = i32x4.shl(v128.and(codes, i32x4.splat(0x8000)), 16);
  const moved = i32x4.shl(magnitude, 13);
  const normal = i32x4.add(moved, i32x4.splat(0x3800_0000));
  const special = v128.or(moved, i32x4.splat(0x7f80_0000));
  const subnormal = f32x4.mul(f32x4.convert_i32x4_u(magnitude), f32x4.splat(<f32>5.9604644775390625e-8));
  const finite = v128.bitselect(subnormal, normal, i32x4.lt_u(magnitude, i32x4.splat(0x0400)));
  return v128.or(v128.bitselect(special, finite, i32x4.ge_u(magnitude, i32x4.splat(0x7c00))), sign);
}

export function widenF16(from: usize, to: usize, count: u32): void {
  const end = from + (count << 1);
  while (from < end) {
    const codes = v128.load(from);
    v128.store(to, f16Bits(i32x4.extend_low_i16x8_u(codes)));
    v128.store(to, f16Bits(i32x4.extend_high_i16x8_u(codes)), 16);
    from += 16;
    to += 32;
  }
}

/** f8_e5m2 is the upper byte of an f16. */
function widenE5m2(from: usize, to: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i += 16) {
    const codes = v128.load(from + i);
    const low = i16x8.shl(i16x8.extend_low_i8x16_u(codes), 8);
    const high = i16x8.shl(i16x8.extend_high_i8x16_u(codes), 8);
    const at = to + (i << 2);
    v128.store(at, f16Bits(i32x4.extend_low_i16x8_u(low)));
    v128.store(at, f16Bits(i32x4.extend_high_i16x8_u(low)), 16);
    v128.store(at, f16Bits(i32x4.extend_low_i16x8_u(high)), 32);
    v128.store(at, f16Bits(i32x4.extend_high_i16x8_u(high)), 48);
  }
}

function e4m3Bits(codes: v128): v128 {
  const magnitude = v128.and(codes, i32x4.splat(0x7f));
  const sign = i32x4.shl(v128.and(codes, i32x4.splat(0x80)), 24);
  const normal = i32x4.add(i32x4.shl(magnitude, 20), i32x4.splat(0x3c00_0000));
  const subnormal = f32x4.mul(f32x4.convert_i32x4_u(magnitude), f32x4.splat(<f32>0.001953125));
  const finite = v128.bitselect(subnormal, normal, i32x4.lt_u(magnitude, i32x4.splat(0x08)));
  const isNan = i32x4.eq(magnitude, i32x4.splat(0x7f));
  return v128.or(v128.bitselect(i32x4.splat(0x7fc0_0000), finite, isNan), sign);
}

function widenE4m3(from: usize, to: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i += 16) {
    const codes = v128.load(from + i);
    const low = i16x8.extend_low_i8x16_u(codes);
    const high = i16x8.extend_high_i8x16_u(codes);
    const at = to + (i << 2);
    v128.store(at, e4m3Bits(i32x4.extend_low_i16x8_u(low)));
    v128.store(at, e4m3Bits(i32x4.extend_high_i16x8_u(low)), 16);
    v128.store(at, e4m3Bits(i32x4.extend_low_i16x8_u(high)), 32);
    v128.store(at, e4m3Bits(i32x4.extend_high_i16x8_u(high)), 48);
  }
}
