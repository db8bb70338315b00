import type { Bytes, Floats } from "../base/bytes";
import type { FloatDType, OutputDType } from "./dtypes";

/*
 * Conversions work on bit patterns in integer registers, never through a number's value: what an engine does with the
 * payload of a NaN cannot change a result, and the GPU's integer code gives the same bytes. All formats are
 * little-endian, as is every machine that runs a browser with WebGPU.
 */

/**
 * Decodes stored elements to f32. Exact: every bf16, f16, f8_e4m3 (the "fn" kind without infinities) and f8_e5m2 value
 * is an f32 value.
 * @param bytes elements of `dtype`; need not be aligned
 */
export function widen(bytes: Uint8Array, dtype: FloatDType): Floats {
  switch (dtype) {
    case "F32":
      return new Float32Array(new Uint8Array(bytes).buffer);
    case "BF16":
      return widenBf16(halves(bytes));
    case "F16":
      return look(halves(bytes), f16Table());
    case "F8_E4M3":
      return look(bytes, e4m3Table());
    case "F8_E5M2":
      return look(bytes, e5m2Table());
  }
}

/** Encodes f32 for storing: to the nearest value, ties to the even one; NaN stays NaN, what is too large becomes Inf. */
export function narrow(values: Float32Array, dtype: OutputDType): Bytes {
  switch (dtype) {
    case "F32":
      return new Uint8Array(new Float32Array(values).buffer);
    case "BF16":
      return narrowBf16(values);
    case "F16":
      return narrowF16(values);
  }
}

/**
 * In a word of 32 bits, of each element in it: the exponent's bits, which a NaN or an infinity has all set, and the lowest of them.
 */
const EXPONENTS: Readonly<Record<FloatDType, readonly [bits: number, lowest: number]>> = {
  F32: [0x7f80_0000, 0x0080_0000],
  BF16: [0x7f80_7f80, 0x0080_0080],
  F16: [0x7c00_7c00, 0x0400_0400],
  F8_E4M3: [0x7f7f_7f7f, 0x0101_0101], // the fraction too: only that is NaN, and nothing is infinite
  F8_E5M2: [0x7c7c_7c7c, 0x0404_0404],
};

/** Number of elements that are NaN or infinite. Bytes that are copied are looked at as well, so it goes by whole words. */
export function countNonFinite(bytes: Uint8Array, dtype: FloatDType): number {
  const rest = new Uint8Array(4); // what is left after the last word, with zeros, which are finite
  rest.set(bytes.subarray(bytes.length - (bytes.length % 4)));
  return countIn(words(bytes), dtype) + countIn(words(rest), dtype);
}

function countIn(patterns: Uint32Array, dtype: FloatDType): number {
  const [exponents, lowest] = EXPONENTS[dtype];
  const signs = (exponents + lowest) | 0;
  let count = 0;
  for (let i = 0; i < patterns.length; i++) {
    // Where all bits are set, one more carries into the place of the sign, which was masked out; nowhere else.
    const carried = (((patterns[i] ?? 0) & exponents) + lowest) & signs;
    if (carried !== 0) count += bitCount(carried);
  }
  return count;
}

function bitCount(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

const f16Table = table(65_536, f16Bits);
const e4m3Table = table(256, e4m3Bits);
const e5m2Table = table(256, (code) => f16Bits(code << 8)); // f8_e5m2 is the upper byte of an f16

/** The f32 pattern of each of a format's codes, made when first asked for. */
function table(codes: number, bits: (code: number) => number): () => Uint32Array {
  let made: Uint32Array | undefined;
  return () => {
    made ??= Uint32Array.from({ length: codes }, (_, code) => bits(code));
    return made;
  };
}

function look(codes: Uint8Array | Uint16Array, patterns: Uint32Array): Floats {
  const out = new Uint32Array(codes.length);
  for (let i = 0; i < codes.length; i++) out[i] = patterns[codes[i] ?? 0] ?? 0;
  return new Float32Array(out.buffer);
}

function widenBf16(codes: Uint16Array): Floats {
  const out = new Uint32Array(codes.length);
  for (let i = 0; i < codes.length; i++) out[i] = (codes[i] ?? 0) << 16;
  return new Float32Array(out.buffer);
}

/** f16: 1 sign, 5 exponent (bias 15), 10 fraction bits. A NaN keeps its payload. */
function f16Bits(code: number): number {
  const magnitude = code & 0x7fff;
  const sign = (code & 0x8000) << 16;
  if (magnitude >= 0x7c00) return (magnitude << 13) | 0x7f80_0000 | sign;
  if (magnitude >= 0x0400) return ((magnitude << 13) + 0x3800_0000) | sign;
  return bitsOf(magnitude * 2 ** -24) | sign; // subnormal
}

/** f8_e4m3fn: 1 sign, 4 exponent (bias 7), 3 fraction bits; 0x7f and 0xff are NaN, nothing is infinite. */
function e4m3Bits(code: number): number {
  const magnitude = code & 0x7f;
  const sign = (code & 0x80) << 24;
  if (magnitude === 0x7f) return 0x7fc0_0000 | sign;
  if (magnitude >= 0x08) return ((magnitude << 20) + 0x3c00_0000) | sign;
  return bitsOf(magnitude * 2 ** -9) | sign; // subnormal
}

function bitsOf(value: number): number {
  return new Uint32Array(new Float32Array([value]).buffer)[0] ?? 0;
}

function narrowBf16(values: Float32Array): Bytes {
  const bits = words(values);
  const out = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const u = bits[i] ?? 0;
    // Half a unit less one, plus the last kept bit: rounds to nearest, ties to even. Would turn some NaN into Inf.
    out[i] = (u & 0x7fff_ffff) > 0x7f80_0000 ? (u >>> 16) | 0x40 : (u + 0x7fff + ((u >>> 16) & 1)) >>> 16;
  }
  return new Uint8Array(out.buffer);
}

function narrowF16(values: Float32Array): Bytes {
  const bits = words(values);
  const out = new Uint16Array(bits.length);
  for (let i = 0; i < bits.length; i++) {
    const u = bits[i] ?? 0;
    const magnitude = u & 0x7fff_ffff;
    let code: number;
    if (magnitude < 0x3880_0000) {
      code = f16Subnormal(magnitude);
    } else if (magnitude < 0x4780_0000) {
      code = (magnitude - 0x3800_0000 + 0xfff + ((magnitude >>> 13) & 1)) >>> 13; // 65520 and above carries into Inf
    } else {
      code = magnitude > 0x7f80_0000 ? 0x7e00 : 0x7c00;
    }
    out[i] = code | ((u >>> 16) & 0x8000);
  }
  return new Uint8Array(out.buffer);
}

/** Magnitudes under 2^-14: the f16 code is the value in units of 2^-24, ties to even. May round up to the least normal. */
function f16Subnormal(magnitude: number): number {
  const shift = 126 - (magnitude >>> 23);
  if (shift > 24) return 0; // under half of the least subnormal, f32 subnormals among them
  const fraction = (magnitude & 0x7f_ffff) | 0x80_0000;
  const whole = fraction >>> shift;
  const rest = fraction & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return rest > half || (rest === half && (whole & 1) === 1) ? whole + 1 : whole;
}

/** The same bytes as 16-bit patterns; copied only where they are not aligned. */
function halves(bytes: Uint8Array): Uint16Array {
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : new Uint8Array(bytes);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 1);
}

/** The same bytes as 32-bit patterns; copied only where they are not aligned. */
function words(bytes: Uint8Array | Float32Array): Uint32Array {
  const aligned =
    bytes.byteOffset % 4 === 0
      ? bytes
      : new Uint8Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  return new Uint32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
}
