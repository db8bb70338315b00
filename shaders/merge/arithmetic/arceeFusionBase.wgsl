// The base, input 0.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(x0);
}
