// Eight neighbouring encoded elements into `dst`; returns how many of them are NaN or infinite.

fn store_BF16(i: u32, e: Eight) -> u32 {
  dst[i] = (vec4u(e.lo.xz, e.hi.xz) >> vec4u(16u)) | vec4u(e.lo.yw, e.hi.yw);
  return count_odd(e, 0x7f800000u);
}

fn store_F16(i: u32, e: Eight) -> u32 {
  dst[i] = vec4u(e.lo.xz, e.hi.xz) | (vec4u(e.lo.yw, e.hi.yw) << vec4u(16u));
  return count_odd(e, 0x7c00u);
}

fn store_F32(i: u32, e: Eight) -> u32 {
  dst[2u * i] = e.lo;
  dst[2u * i + 1u] = e.hi;
  return count_odd(e, 0x7f800000u);
}
