// What all matrix products share: y[m, n] (+)= scale * (x[m, k] * transpose(w)) + bias, packed weights.
// `first` and `stride`: where w starts and the distance of its stored rows, in elements.

struct Eight {
  lo: vec4f, // elements 0 … 3
  hi: vec4f, // elements 4 … 7
}

fn bf16x4(p: vec2u) -> vec4f {
  return bitcast<vec4f>(vec4u(p.x << 16u, p.x & 0xffff0000u, p.y << 16u, p.y & 0xffff0000u));
}

fn f16x4(p: vec2u) -> vec4f {
  return bitcast<vec4f>(decode_F16(vec4u(p.x & 0xffffu, p.x >> 16u, p.y & 0xffffu, p.y >> 16u)));
}

fn put(r: u32, c: u32, sum: f32) {
  if (r >= u.m || c >= u.n) { return; }
  var value = u.scale * sum;
  if (u.biasType != ABSENT) {
    let e = u.biasFirst + c;
    value += widen_word(bias[word_of(e, u.biasType)], e, u.biasType);
  }
  let at = r * u.n + c;
  if (u.keep == 1u) { value += y[at]; }
  y[at] = value;
}

fn put4(r: u32, c: u32, sums: vec4f) {
  //#each j
  put(r, c + $ju, sums[$j]);
  //#end
}
