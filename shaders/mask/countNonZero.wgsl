// 1 where a statistic of all inputs is not zero, else 0.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(select(vec4f(), vec4f(1.0), key_of(statistic(at, $args)) != vec4u()));
}
