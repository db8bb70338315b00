// Products of all pairs of differences with input BASE, which is left out; the upper triangle row by row. Taking differences first
// keeps the digits that expanding ⟨x − b, y − b⟩ into four sums would lose.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  //#each k except BASE
  let d$k = x$k - xBASE;
  //#end
  return array<vec4f, T>(
    //#each k except BASE
    //#each j from k except BASE
    d$k * d$j,
    //#end
    //#end
  );
}
