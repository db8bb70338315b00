// |delta| of every input but the base, which is input 0, before and after its sparsifier: their sums are what the L1 rescale divides.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(
    //#each o
    abs(x$o - x0),
    abs(sparse$o(x$o - x0, at)),
    //#end
  );
}
