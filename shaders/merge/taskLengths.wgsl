// |delta| of every input but the base, which is input BASE, before and after its sparsifier: their sums are what the L1 rescale divides.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(
    //#each k except BASE
    abs(x$k - xBASE),
    abs(sparse$k(x$k - xBASE, at)),
    //#end
  );
}
