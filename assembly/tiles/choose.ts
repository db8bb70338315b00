/*
 * Comparisons give masks, all bits of an element or none, and masks choose. NaN is not above anything, and the larger and smaller of it and a
 * number are NaN.
 */

export function quotient(to: usize, a: usize, b: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, b += 16) v128.store(to, f32x4.div(v128.load(a), v128.load(b)));
}

export function minimum(to: usize, a: usize, b: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, b += 16) v128.store(to, f32x4.min(v128.load(a), v128.load(b)));
}

export function maximum(to: usize, a: usize, b: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, b += 16) v128.store(to, f32x4.max(v128.load(a), v128.load(b)));
}

export function above(to: usize, a: usize, b: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, b += 16) v128.store(to, f32x4.gt(v128.load(a), v128.load(b)));
}

export function atLeast(to: usize, a: usize, b: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, b += 16) v128.store(to, f32x4.ge(v128.load(a), v128.load(b)));
}

export function within(to: usize, a: usize, mask: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, mask += 16) v128.store(to, v128.and(v128.load(a), v128.load(mask)));
}

export function without(to: usize, a: usize, mask: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, mask += 16) v128.store(to, v128.andnot(v128.load(a), v128.load(mask)));
}

/** a inside of the mask, b outside. */
export function select(to: usize, mask: usize, a: usize, b: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, mask += 16, a += 16, b += 16) {
    v128.store(to, v128.bitselect(v128.load(a), v128.load(b), v128.load(mask)));
  }
}

/** Where a is neither NaN nor infinite. */
export function finite(to: usize, a: usize, count: u32): void {
  const exponent = i32x4.splat(0x7f80_0000);
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16) v128.store(to, i32x4.ne(v128.and(v128.load(a), exponent), exponent));
}
