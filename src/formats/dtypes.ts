/** Element types of safetensors, by the names its header uses, and their bytes. Of the smallest, several share a byte. */
export const DTYPE_BYTES = {
  F4: 1 / 2,
  F6_E2M3: 3 / 4,
  F6_E3M2: 3 / 4,
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  F8_E8M0: 1,
  F8_E4M3FNUZ: 1,
  F8_E5M2FNUZ: 1,
  I16: 2,
  U16: 2,
  F16: 2,
  BF16: 2,
  I32: 4,
  U32: 4,
  F32: 4,
  I64: 8,
  U64: 8,
  F64: 8,
  C64: 8,
} as const;
export type DType = keyof typeof DTYPE_BYTES;

/** Types that can be merged: widened to f32 on load. */
export const FLOAT_DTYPES = ["BF16", "F16", "F32", "F8_E4M3", "F8_E5M2"] as const;
export type FloatDType = (typeof FLOAT_DTYPES)[number];

/** Types that can be written: narrowed from f32 with round-to-nearest-even. */
export const OUTPUT_DTYPES = ["BF16", "F16", "F32"] as const;
export type OutputDType = (typeof OUTPUT_DTYPES)[number];

export function isFloatDType(dtype: DType): dtype is FloatDType {
  return (FLOAT_DTYPES as readonly string[]).includes(dtype);
}
