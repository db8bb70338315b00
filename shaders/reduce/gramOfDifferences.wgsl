// Products of all pairs of differences with input 0, which is left out; the upper triangle row by row. Taking differences first
// keeps the digits that expanding ⟨x − b, y − b⟩ into four sums would lose.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  //#each o
  let d$o = x$o - x0;
  //#end
  return array<vec4f, T>(
    //#each o
    //#each j from o
    d$o * d$j,
    //#end
    //#end
  );
}
