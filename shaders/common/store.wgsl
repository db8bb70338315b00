// Eight neighbouring encoded elements into `dst`; returns what is not zero if one of them is NaN or infinite.

fn pair16(e: Eight) -> vec4u {
  return vec4u(e.lo.xz, e.hi.xz) | (vec4u(e.lo.yw, e.hi.yw) << vec4u(16u));
}

fn stored16(i: u32) -> Eight {
  let p = dst[i];
  let l = p & vec4u(0xffffu);
  let h = p >> vec4u(16u);
  return Eight(vec4u(l.x, h.x, l.y, h.y), vec4u(l.z, h.z, l.w, h.w));
}

fn stored_BF16(i: u32) -> Eight {
  return stored16(i);
}

fn stored_F16(i: u32) -> Eight {
  return stored16(i);
}

fn stored_F32(i: u32) -> Eight {
  return Eight(dst[2u * i], dst[2u * i + 1u]);
}

fn store_BF16(i: u32, e: Eight) -> u32 {
  let p = pair16(e);
  dst[i] = p;
  return carries(p, 0x7f807f80u, 0x00800080u, 0x80008000u);
}

fn store_F16(i: u32, e: Eight) -> u32 {
  let p = pair16(e);
  dst[i] = p;
  return carries(p, 0x7c007c00u, 0x04000400u, 0x80008000u);
}

fn store_F32(i: u32, e: Eight) -> u32 {
  dst[2u * i] = e.lo;
  dst[2u * i + 1u] = e.hi;
  return carries(e.lo, 0x7f800000u, 0x00800000u, 0x80000000u) | carries(e.hi, 0x7f800000u, 0x00800000u, 0x80000000u);
}
