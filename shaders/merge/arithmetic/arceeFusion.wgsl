// The base, input 0, with the changes of input 1 that matter at least as much as the threshold.
fn map(at: vec4u, $inputs) -> vec4f {
  return x0 + select(vec4f(), x1 - x0, score(at, x0, x1) >= vec4f(u.threshold));
}
