/** How many of a register's first `count` elements are NaN or infinite; what follows up to the next multiple of four is zero. */
export function nonFinite(from: usize, count: u32): u32 {
  const exponent = i32x4.splat(0x7f80_0000);
  let found = i32x4.splat(0);
  const end = from + (count << 2);
  while (from < end) {
    found = i32x4.sub(found, i32x4.eq(v128.and(v128.load(from), exponent), exponent));
    from += 16;
  }
  return total(found);
}

/** The sum of four lanes. */
export function total(lanes: v128): u32 {
  return (
    i32x4.extract_lane(lanes, 0) +
    i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) +
    i32x4.extract_lane(lanes, 3)
  );
}
