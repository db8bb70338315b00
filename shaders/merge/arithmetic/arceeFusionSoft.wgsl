// Of a row's softmax of the base, input 0: what its exponentials, shifted by its maximum, add up to, and the differences that they weigh.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  let weight = exp(x0 - of_fibre(fibre_of(at), 0u));
  return array<vec4f, T>(weight, weight * (x1 - x0));
}
