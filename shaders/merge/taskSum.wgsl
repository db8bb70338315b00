// Adds weighted, sparsified task vectors to the base, which is input BASE: base + lambda · (Σ w·delta) / divisor.
fn map(at: vec4u, $inputs) -> vec4f {
  var mix = vec4f();
  //#each k except BASE
  mix += seal(u.weight_$k * (u.rescale_$k * sparse$k(x$k - xBASE, at)));
  //#end
  if (u.divisor != 1.0) {
    mix /= u.divisor;
  }
  return xBASE + u.lambda * mix;
}
