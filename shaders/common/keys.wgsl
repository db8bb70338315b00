// Order of magnitudes as unsigned integers: the f32 pattern without its sign. Subnormals count as zero, on every device alike.
fn key_of(v: vec4f) -> vec4u {
  let m = bitcast<vec4u>(v) & vec4u(0x7fffffffu);
  return select(m, vec4u(), m < vec4u(0x00800000u));
}

// Whether an element is among the largest: `cut` is the index, counted as `at` is, of the first element equal to `bits` that is not.
fn among_largest(key: vec4u, bits: u32, cut: u32, at: vec4u) -> vec4<bool> {
  return (key > vec4u(bits)) | ((key == vec4u(bits)) & (at < vec4u(cut)));
}
