// Input 0, the base, pulled towards input 1 by t / |difference|, at most all the way.
fn map(at: vec4u, $inputs) -> vec4f {
  let inverse = 1.0 / max(abs(x0 - x1), vec4f(u.least));
  let near = clamp(seal(inverse * u.t), vec4f(), vec4f(1.0));
  return seal(near * x1) + seal((1.0 - near) * x0);
}
