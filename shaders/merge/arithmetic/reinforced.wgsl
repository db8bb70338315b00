// Adds to the base, which is input 0, what single models move, times a factor of their own, and the mean of what several move.
fn map(at: vec4u, $inputs) -> vec4f {
  var movers = vec4f();
  //#each o
  let delta$o = x$o - x0;
  let moves$o = abs(delta$o) > vec4f(u.epsilon);
  movers += select(vec4f(), vec4f(1.0), moves$o);
  //#end
  var mix = vec4f();
  //#each o
  mix += select(vec4f(), select(seal(u.factor_$o * delta$o), delta$o / movers, movers > vec4f(1.0)), moves$o);
  //#end
  return x0 + mix;
}
