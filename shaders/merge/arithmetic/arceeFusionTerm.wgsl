fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(score(at, x0, x1));
}
