// Keeps a product a product: the value passes through integer bits that only the uniforms can explain (`zero` is 0),
// so no compiler fuses it into the sum that follows, or reorders across it.
fn seal(v: vec4f) -> vec4f {
  return bitcast<vec4f>(bitcast<vec4u>(v) ^ vec4u(u.zero));
}
