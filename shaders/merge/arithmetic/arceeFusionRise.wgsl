// How far the base, input 0, rises above the mean of its row.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(x0 - of_fibre(fibre_of(at), 0u));
}
