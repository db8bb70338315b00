// Of a base x0 and what it became, x1: both squared, their difference squared, and a mark for each x1 that is NaN or infinite.
// What is not finite, in either, is marked or passed over, and never reaches a norm.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  let odd = not_finite(x1);
  let counts = !(odd | not_finite(x0));
  let base = select(vec4f(), x0, counts);
  let merged = select(vec4f(), x1, counts);
  let moved = merged - base;
  return array<vec4f, T>(base * base, merged * merged, moved * moved, select(vec4f(), vec4f(1.0), odd));
}

fn not_finite(v: vec4f) -> vec4<bool> {
  return (to_bits(v) & vec4u(0x7f800000u)) == vec4u(0x7f800000u);
}
