// The square of every task vector; the base is input 0.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  return array<vec4f, T>(
    //#each o
    seal((x$o - x0) * (x$o - x0)),
    //#end
  );
}
