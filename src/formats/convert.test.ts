import { describe, expect, it } from "vitest";
import type { Bytes, Floats } from "../base/bytes";
import { countNonFinite, narrow, widen } from "./convert";
import type { FloatDType } from "./dtypes";

/** The formats as their definitions have them; the oracle computes with values where the code moves bits. */
const FORMATS = {
  BF16: { bits: 16, exponent: 8, fraction: 7, bias: 127, infinities: true },
  F16: { bits: 16, exponent: 5, fraction: 10, bias: 15, infinities: true },
  F8_E4M3: { bits: 8, exponent: 4, fraction: 3, bias: 7, infinities: false },
  F8_E5M2: { bits: 8, exponent: 5, fraction: 2, bias: 15, infinities: true },
} as const;
type Small = keyof typeof FORMATS;
const SMALL = Object.keys(FORMATS) as Small[];

function exactValue(code: number, dtype: Small): number {
  const { bits, exponent, fraction, bias, infinities } = FORMATS[dtype];
  const sign = (code >>> (bits - 1)) & 1 ? -1 : 1;
  const e = (code >>> fraction) & ((1 << exponent) - 1);
  const f = code & ((1 << fraction) - 1);
  const top = (1 << exponent) - 1;
  if (e === top && infinities) return f === 0 ? sign * Infinity : Number.NaN;
  if (e === top && f === (1 << fraction) - 1) return Number.NaN;
  return e === 0 ? sign * f * 2 ** (1 - bias - fraction) : sign * (1 + f / 2 ** fraction) * 2 ** (e - bias);
}

function allCodes(dtype: Small): Uint8Array {
  const count = 2 ** FORMATS[dtype].bits;
  return FORMATS[dtype].bits === 8
    ? Uint8Array.from({ length: count }, (_, i) => i)
    : new Uint8Array(Uint16Array.from({ length: count }, (_, i) => i).buffer);
}

const codesOf = (bytes: Bytes) => new Uint16Array(bytes.buffer);
const patternsOf = (values: Floats) => new Uint32Array(values.buffer);
const fromPatterns = (patterns: readonly number[]) => new Float32Array(Uint32Array.from(patterns).buffer);

describe.each(SMALL)("widening %s", (dtype) => {
  it("gives the defined value for every pattern", () => {
    const got = widen(allCodes(dtype), dtype);
    const wrong = [...got].findIndex((value, code) => !Object.is(value, exactValue(code, dtype)));
    expect(got.length).toBe(2 ** FORMATS[dtype].bits);
    expect(wrong).toBe(-1);
  });

  it("keeps the sign of a NaN", () => {
    const patterns = patternsOf(widen(allCodes(dtype), dtype));
    const half = patterns.length / 2;
    expect(patterns.every((pattern, code) => pattern >>> 31 === (code < half ? 0 : 1))).toBe(true);
  });

  it("reads bytes that are not aligned", () => {
    const codes = allCodes(dtype);
    const shifted = new Uint8Array(codes.length + 1);
    shifted.set(codes, 1);
    expect(patternsOf(widen(shifted.subarray(1), dtype))).toEqual(patternsOf(widen(codes, dtype)));
  });

  it("counts what is not finite", () => {
    const expected = Array.from({ length: 2 ** FORMATS[dtype].bits }, (_, code) => exactValue(code, dtype));
    expect(countNonFinite(allCodes(dtype), dtype)).toBe(expected.filter((value) => !Number.isFinite(value)).length);
    expect(countNonFinite(new Uint8Array(64), dtype)).toBe(0);
  });

  it("counts each element by itself, wherever it lies and whatever its neighbours are", () => {
    const codes = allCodes(dtype);
    const size = FORMATS[dtype].bits / 8;
    const all = codes.length / size;
    const bytesOf = (code: number) => codes.subarray(code * size, (code + 1) * size);
    const odd = (code: number) => (Number.isFinite(exactValue(code, dtype)) ? 0 : 1);
    for (let code = 0; code < all; code += size === 1 ? 1 : 97) {
      for (const neighbour of [all / 2 - 1, all / 2, all - 1]) {
        for (let before = 0; before < 4; before++) {
          const row = [...Array<number>(before).fill(neighbour), code, neighbour];
          const bytes = Uint8Array.from(row.flatMap((each) => [...bytesOf(each)]));
          expect(countNonFinite(bytes, dtype)).toBe(row.reduce((sum, each) => sum + odd(each), 0));
        }
      }
    }
  });
});

describe.each(["BF16", "F16"] as const)("narrowing to %s", (dtype) => {
  const isNan = (code: number) => Number.isNaN(exactValue(code, dtype));

  it("gives back all 65,536 patterns, and a NaN for a NaN", () => {
    const back = codesOf(narrow(widen(allCodes(dtype), dtype), dtype));
    const wrong = [...back].findIndex((code, was) =>
      isNan(was) ? !isNan(code) || code >>> 15 !== was >>> 15 : code !== was,
    );
    expect(wrong).toBe(-1);
  });

  it("rounds every midpoint to the even neighbour, and the f32 beside it to the nearer one", () => {
    const { fraction, exponent } = FORMATS[dtype];
    const infinity = ((1 << exponent) - 1) << fraction;
    const cases: { readonly pattern: number; readonly code: number }[] = [];
    for (let code = 0; code < infinity; code++) {
      // Towards infinity the rounding boundary lies where the next value would be, had the format one exponent more.
      const above =
        code + 1 === infinity ? 2 * exactValue(code, dtype) - exactValue(code - 1, dtype) : exactValue(code + 1, dtype);
      const middle = new Float32Array([(exactValue(code, dtype) + above) / 2]);
      const pattern = patternsOf(middle)[0] ?? 0;
      const even = code % 2 === 0 ? code : code + 1;
      for (const sign of [0, 0x8000]) {
        const at = (pattern | (sign << 16)) >>> 0;
        cases.push({ pattern: at, code: even | sign });
        cases.push({ pattern: at - 1, code: code | sign });
        cases.push({ pattern: at + 1, code: (code + 1) | sign });
      }
    }
    const got = codesOf(narrow(fromPatterns(cases.map(({ pattern }) => pattern)), dtype));
    expect(cases[[...got].findIndex((code, i) => code !== cases[i]?.code)]).toBeUndefined();
  });

  it("makes infinities of what is too large, and zeros, with their sign, of what is too small", () => {
    const got = narrow(Float32Array.of(3.4028235e38, -3.4028235e38, Infinity, -Infinity, 0, -0), dtype);
    const infinity = dtype === "BF16" ? 0x7f80 : 0x7c00;
    expect([...codesOf(got)]).toEqual([infinity, infinity | 0x8000, infinity, infinity | 0x8000, 0, 0x8000]);
    const least = narrow(fromPatterns([1, 0x8000_0001]), dtype);
    expect([...codesOf(least)]).toEqual([0, 0x8000]);
  });

  it("keeps every NaN pattern of f32 a NaN with its sign", () => {
    const patterns = [0x7f80_0001, 0xff80_0001, 0x7fbf_ffff, 0x7fc0_0000, 0xffff_ffff, 0x7f80_ffff];
    const got = codesOf(narrow(fromPatterns(patterns), dtype));
    expect([...got].every((code, i) => isNan(code) && code >>> 15 === (patterns[i] ?? 0) >>> 31)).toBe(true);
  });
});

describe("f32", () => {
  const patterns = [0, 0x8000_0000, 1, 0x7f7f_ffff, 0x7f80_0000, 0x7f80_0001, 0xffc1_2345, 0x3f80_0000];

  it("passes through bit for bit, as a copy", () => {
    const values = fromPatterns(patterns);
    const bytes = narrow(values, "F32");
    expect([...patternsOf(widen(bytes, "F32"))]).toEqual(patterns);
    bytes.fill(0);
    expect([...patternsOf(values)]).toEqual(patterns);
  });

  it.each(["BF16", "F16", "F32"] as const)("narrows a part of an array to %s", (dtype) => {
    const whole = Float32Array.of(1, 2, 3, 4);
    expect(narrow(whole.subarray(1, 3), dtype)).toEqual(narrow(Float32Array.of(2, 3), dtype));
  });

  it("is read and counted where it is not aligned", () => {
    const shifted = new Uint8Array(patterns.length * 4 + 1);
    shifted.set(new Uint8Array(fromPatterns(patterns).buffer), 1);
    expect([...patternsOf(widen(shifted.subarray(1), "F32"))]).toEqual(patterns);
    expect(countNonFinite(shifted.subarray(1), "F32")).toBe(3);
  });
});

it.each<FloatDType>(["BF16", "F16", "F32", "F8_E4M3", "F8_E5M2"])("converts no elements of %s to none", (dtype) => {
  expect(widen(new Uint8Array(0), dtype).length).toBe(0);
  expect(countNonFinite(new Uint8Array(0), dtype)).toBe(0);
});
