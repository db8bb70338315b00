// |x - base| of every input but the base, which is input BASE: the keys of magnitude sparsifiers.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(
    //#each k except BASE
    abs(x$k - xBASE),
    //#end
  );
}
