// How much an element matters: its change, times how far its row's softmax is from the base's.
fn score(at: vec4u, base: vec4f, x: vec4f) -> vec4f {
  return seal(abs(seal(x - base)) * of_fibre(fibre_of(at), 0u));
}
