// The words of the four elements of a map's `at`.
fn random_words(key: vec2u, at: vec4u) -> vec4u {
  return philox(key, vec4u(u.first4 + at.x / 4u, 0u, 0u, 0u));
}
