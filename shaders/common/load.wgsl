// Eight neighbouring elements of one packed input as f32 bit patterns. `base`: where the input starts, in units of 16 bytes.

struct Eight {
  lo: vec4u, // elements 0 … 3
  hi: vec4u, // elements 4 … 7
}

// How many patterns have all bits of `exponent` set: are NaN or infinite.
fn count_odd(e: Eight, exponent: u32) -> u32 {
  let all = vec4u(exponent);
  let pairs = select(vec4u(), vec4u(1u), (e.lo & all) == all) + select(vec4u(), vec4u(1u), (e.hi & all) == all);
  return (pairs.x + pairs.y) + (pairs.z + pairs.w);
}

fn load_F32(base: u32, i: u32) -> Eight {
  return Eight(packed[base + 2u * i], packed[base + 2u * i + 1u]);
}

fn load_BF16(base: u32, i: u32) -> Eight {
  let p = packed[base + i];
  let l = p << vec4u(16u);
  let h = p & vec4u(0xffff0000u);
  return Eight(vec4u(l.x, h.x, l.y, h.y), vec4u(l.z, h.z, l.w, h.w));
}

fn load_F16(base: u32, i: u32) -> Eight {
  let p = packed[base + i];
  let l = p & vec4u(0xffffu);
  let h = p >> vec4u(16u);
  return Eight(decode_F16(vec4u(l.x, h.x, l.y, h.y)), decode_F16(vec4u(l.z, h.z, l.w, h.w)));
}

fn bytes(p: u32) -> vec4u {
  return (vec4u(p) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu);
}

fn load_F8(base: u32, i: u32) -> vec2u {
  let p = packed[base + i / 2u]; // two threads share the sixteen bytes
  return select(p.xy, p.zw, (i & 1u) == 1u);
}

fn load_F8_E4M3(base: u32, i: u32) -> Eight {
  let p = load_F8(base, i);
  return Eight(decode_F8_E4M3(bytes(p.x)), decode_F8_E4M3(bytes(p.y)));
}

fn load_F8_E5M2(base: u32, i: u32) -> Eight {
  let p = load_F8(base, i);
  return Eight(decode_F8_E5M2(bytes(p.x)), decode_F8_E5M2(bytes(p.y)));
}
