// For every input but the base, which is input 0: whether it alone moves an element by more than epsilon, and whether it does with others.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  var movers = vec4f();
  //#each o
  let moves$o = select(vec4f(), vec4f(1.0), abs(x$o - x0) > vec4f(u.epsilon));
  movers += moves$o;
  //#end
  let shared_by = select(vec4f(), vec4f(1.0), movers > vec4f(1.0));
  return array<vec4f, T>(
    //#each o
    moves$o * (1.0 - shared_by),
    moves$o * shared_by,
    //#end
  );
}
