// A statistic of all inputs as the only term.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(statistic(at, $args));
}
