// Products of all pairs of inputs, the upper triangle row by row.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(
    //#each k
    //#each j from k
    x$k * x$j,
    //#end
    //#end
  );
}
