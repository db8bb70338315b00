// |x - base| of every input but the base, which is input 0: the keys of magnitude sparsifiers.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(
    //#each o
    abs(x$o - x0),
    //#end
  );
}
