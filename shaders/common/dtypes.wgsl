// Widening and narrowing on bit patterns: no rounding mode, flush to zero or "there are no NaNs" of a driver can touch them.
// A decode takes stored patterns in the low bits of each lane and gives f32 patterns; an encode goes back, rounding to nearest even.
// CPU adapters shift lane by lane, so that a comparison or a mask is cheaper where either will do.

fn decode_F16(h: vec4u) -> vec4u {
  let m = h & vec4u(0x7fffu);
  let tiny = bitcast<vec4u>(vec4f(m) * 5.9604644775390625e-8); // subnormal: m · 2^-24, exact and normal in f32
  let wide = select((m << vec4u(13u)) + 0x38000000u, (m << vec4u(13u)) | vec4u(0x7f800000u), m >= vec4u(0x7c00u));
  return select(wide, tiny, m < vec4u(0x400u)) | ((h & vec4u(0x8000u)) << vec4u(16u));
}

fn decode_F8_E5M2(b: vec4u) -> vec4u { // the upper half of an f16
  return decode_F16(b << vec4u(8u));
}

fn decode_F8_E4M3(b: vec4u) -> vec4u { // bias 7, largest 448, no infinity, one NaN
  let m = b & vec4u(0x7fu);
  let tiny = bitcast<vec4u>(vec4f(m) * 0.001953125); // subnormal: m · 2^-9
  let wide = select((m << vec4u(20u)) + 0x3c000000u, vec4u(0x7fc00000u), m == vec4u(0x7fu));
  return select(wide, tiny, m < vec4u(8u)) | ((b & vec4u(0x80u)) << vec4u(24u));
}

fn encode_F32(u: vec4u) -> vec4u {
  return u;
}

fn encode_BF16(u: vec4u) -> vec4u { // stays in the upper half; NaN stays NaN, also when its payload is in the half that goes
  let even = u + select(vec4u(0x8000u), vec4u(0x7fffu), (u & vec4u(0x10000u)) == vec4u());
  let quiet = u | vec4u(0x400000u);
  return select(even, quiet, (u & vec4u(0x7fffffffu)) > vec4u(0x7f800000u)) & vec4u(0xffff0000u);
}

fn encode_F16(u: vec4u) -> vec4u { // 65520 and above becomes infinity, subnormals are exact
  let m = u & vec4u(0x7fffffffu);
  let normal = (m - 0x38000000u + 0xfffu + ((m >> vec4u(13u)) & vec4u(1u))) >> vec4u(13u);
  let shift = min(vec4u(126u) - min(m >> vec4u(23u), vec4u(125u)), vec4u(31u));
  let mantissa = (m & vec4u(0x7fffffu)) | vec4u(0x800000u);
  let kept = mantissa >> shift;
  let lost = mantissa & ((vec4u(1u) << shift) - 1u);
  let half = vec4u(1u) << (shift - 1u);
  let up = select(vec4u(), vec4u(1u), lost > half) | (select(vec4u(), vec4u(1u), lost == half) & kept);
  var r = select(normal, kept + up, m < vec4u(0x38800000u));
  r = select(select(r, vec4u(0x7c00u), m >= vec4u(0x47800000u)), vec4u(0x7e00u), m > vec4u(0x7f800000u));
  return r | ((u >> vec4u(16u)) & vec4u(0x8000u));
}
