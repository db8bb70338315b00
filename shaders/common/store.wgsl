// Eight neighbouring encoded elements into `dst`; returns how many of them are NaN or infinite.

fn pair16(e: Eight) -> vec4u {
  return vec4u(e.lo.xz, e.hi.xz) | (vec4u(e.lo.yw, e.hi.yw) << vec4u(16u));
}

fn store_BF16(i: u32, e: Eight) -> u32 {
  let p = pair16(e);
  dst[i] = p;
  return odd16(p, 0x7f807f80u, 0x00800080u);
}

fn store_F16(i: u32, e: Eight) -> u32 {
  let p = pair16(e);
  dst[i] = p;
  return odd16(p, 0x7c007c00u, 0x04000400u);
}

fn store_F32(i: u32, e: Eight) -> u32 {
  dst[2u * i] = e.lo;
  dst[2u * i + 1u] = e.hi;
  return odd32(e);
}
