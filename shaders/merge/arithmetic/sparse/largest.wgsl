// Keeps the largest |delta| of each input: those above a threshold, and of those equal to it the ones with lower indices.
//#each k
fn sparse$k(delta: vec4f, at: vec4u) -> vec4f {
  return select(vec4f(), delta, among_largest(key_of(delta), u.bits_$k, u.cut_$k, at));
}
//#end
