// Keeps each element with a probability, by words that depend on (seed, model, tensor, index) and on nothing else.
//#each k
fn sparse$k(delta: vec4f, at: vec4u) -> vec4f {
  let kept = random_words(vec2u(u.key_low_$k, u.key_high_$k), at) < vec4u(u.bound_$k);
  return select(vec4f(), delta, kept | vec4<bool>(u.bound_$k == 0xffffffffu)); // the highest bound means all
}
//#end
