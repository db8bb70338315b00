// What the divergence of a row's two softmaxes is made of: with q that of the base, input 0, and z the difference to it less its mean under q,
// q·(exp(z) − 1 − z) and q·z·(exp(z) − 1), both without cancellation where z is small. The table: maximum, 1 / sum, mean difference.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  let row = fibre_of(at);
  let q = exp(x0 - of_fibre(row, 0u)) * of_fibre(row, 1u);
  let z = (x1 - x0) - of_fibre(row, 2u);
  let series = z * z * (0.5 + z * (0.16666667 + z * (0.041666668 + z * (0.008333334 + z * (0.0013888889 + z * 0.0001984127)))));
  let small = abs(z) <= vec4f(0.5);
  let grown = select(exp(z) - 1.0, z + series, small);
  return array<vec4f, T>(q * select(grown - z, series, small), q * z * grown);
}
