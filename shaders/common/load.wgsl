// Eight neighbouring elements of one packed input as f32 bit patterns. `base`: where the input starts, in units of 16 bytes.

struct Eight {
  lo: vec4u, // elements 0 … 3
  hi: vec4u, // elements 4 … 7
}

struct Loaded {
  bits: Eight,
  odd: u32, // how many of them are NaN or infinite
}

// Of four words of two 16-bit elements, how many have all exponent bits set: adding one carries into the sign's place only then.
fn odd16(p: vec4u, exponents: u32, ones: u32) -> u32 {
  let carry = (((p & vec4u(exponents)) + vec4u(ones)) >> vec4u(15u)) & vec4u(0x10001u);
  let pairs = (carry.x + carry.y) + (carry.z + carry.w);
  return (pairs & 0xffffu) + (pairs >> 16u);
}

fn odd32(e: Eight) -> u32 {
  let lo = ((e.lo & vec4u(0x7f800000u)) + vec4u(0x00800000u)) >> vec4u(31u);
  let hi = ((e.hi & vec4u(0x7f800000u)) + vec4u(0x00800000u)) >> vec4u(31u);
  let pairs = lo + hi;
  return (pairs.x + pairs.y) + (pairs.z + pairs.w);
}

fn load_F32(base: u32, i: u32) -> Loaded {
  let e = Eight(packed[base + 2u * i], packed[base + 2u * i + 1u]);
  return Loaded(e, odd32(e));
}

fn load_BF16(base: u32, i: u32) -> Loaded {
  let p = packed[base + i];
  let l = p << vec4u(16u);
  let h = p & vec4u(0xffff0000u);
  return Loaded(Eight(vec4u(l.x, h.x, l.y, h.y), vec4u(l.z, h.z, l.w, h.w)), odd16(p, 0x7f807f80u, 0x00800080u));
}

fn load_F16(base: u32, i: u32) -> Loaded {
  let p = packed[base + i];
  let l = p & vec4u(0xffffu);
  let h = p >> vec4u(16u);
  return Loaded(
    Eight(decode_F16(vec4u(l.x, h.x, l.y, h.y)), decode_F16(vec4u(l.z, h.z, l.w, h.w))),
    odd16(p, 0x7c007c00u, 0x04000400u),
  );
}

fn bytes(p: u32) -> vec4u {
  return (vec4u(p) >> vec4u(0u, 8u, 16u, 24u)) & vec4u(0xffu);
}

fn load_F8(base: u32, i: u32) -> vec2u {
  let p = packed[base + i / 2u]; // two threads share the sixteen bytes
  return select(p.xy, p.zw, (i & 1u) == 1u);
}

fn load_F8_E4M3(base: u32, i: u32) -> Loaded {
  let p = load_F8(base, i);
  let e = Eight(decode_F8_E4M3(bytes(p.x)), decode_F8_E4M3(bytes(p.y)));
  return Loaded(e, odd32(e));
}

fn load_F8_E5M2(base: u32, i: u32) -> Loaded {
  let p = load_F8(base, i);
  let e = Eight(decode_F8_E5M2(bytes(p.x)), decode_F8_E5M2(bytes(p.y)));
  return Loaded(e, odd32(e));
}
