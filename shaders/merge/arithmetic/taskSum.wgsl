// Adds weighted, sparsified task vectors to the base, which is input 0: base + lambda · (Σ w·delta) / divisor.
fn map(at: vec4u, $inputs) -> vec4f {
  var mix = vec4f();
  //#each o
  mix += seal(u.weight_$o * (u.rescale_$o * sparse$o(x$o - x0, at)));
  //#end
  if (u.divisor != 1.0) {
    mix /= u.divisor;
  }
  return x0 + u.lambda * mix;
}
