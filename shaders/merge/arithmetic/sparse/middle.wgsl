// Keeps what is among the largest |delta| of each input, but not among the very largest, its outliers.
//#each k
fn sparse$k(delta: vec4f, at: vec4u) -> vec4f {
  let key = key_of(delta);
  let kept = among_largest(key, u.bits_$k, u.cut_$k, at) & !among_largest(key, u.outlier_bits_$k, u.outlier_cut_$k, at);
  return select(vec4f(), delta, kept);
}
//#end
