// Eight neighbouring elements of one packed input as f32 bit patterns. `base`: where the input starts, in units of 16 bytes.

struct Eight {
  lo: vec4u,  // elements 0 … 3
  hi: vec4u,  // elements 4 … 7
}

struct Loaded {
  bits: Eight,
  odd: u32, // not zero if an element is NaN or infinite
}

// Adding one to an exponent carries into the sign's place only where all its bits are set. One addition asks every element of a word.
fn carries(p: vec4u, exponents: u32, ones: u32, signs: u32) -> u32 {
  let sums = (p & vec4u(exponents)) + vec4u(ones);
  return (sums.x | sums.y | sums.z | sums.w) & signs;
}

fn load_F32(base: u32, i: u32) -> Loaded {
  let lo = packed[base + 2u * i];
  // Only here may eight elements reach beyond the 16 bytes in which an input ends, into the next one.
  let hi = select(vec4u(), packed[base + 2u * i + 1u], 8u * i + 4u < u.count);
  let odd = carries(lo, 0x7f800000u, 0x00800000u, 0x80000000u) | carries(hi, 0x7f800000u, 0x00800000u, 0x80000000u);
  return Loaded(Eight(lo, hi), odd);
}

fn load_BF16(base: u32, i: u32) -> Loaded {
  let p = packed[base + i];
  let l = p << vec4u(16u);
  let h = p & vec4u(0xffff0000u);
  return Loaded(
    Eight(vec4u(l.x, h.x, l.y, h.y), vec4u(l.z, h.z, l.w, h.w)),
    carries(p, 0x7f807f80u, 0x00800080u, 0x80008000u),
  );
}

fn load_F16(base: u32, i: u32) -> Loaded {
  let p = packed[base + i];
  let l = p & vec4u(0xffffu);
  let h = p >> vec4u(16u);
  return Loaded(
    Eight(decode_F16(vec4u(l.x, h.x, l.y, h.y)), decode_F16(vec4u(l.z, h.z, l.w, h.w))),
    carries(p, 0x7c007c00u, 0x04000400u, 0x80008000u),
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
  return Loaded(
    Eight(decode_F8_E4M3(bytes(p.x)), decode_F8_E4M3(bytes(p.y))),
    carries(p.xyxy, 0x7f7f7f7fu, 0x01010101u, 0x80808080u), // its NaN has every bit set
  );
}

fn load_F8_E5M2(base: u32, i: u32) -> Loaded {
  let p = load_F8(base, i);
  return Loaded(
    Eight(decode_F8_E5M2(bytes(p.x)), decode_F8_E5M2(bytes(p.y))),
    carries(p.xyxy, 0x7c7c7c7cu, 0x04040404u, 0x80808080u),
  );
}
