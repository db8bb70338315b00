// As taskSum, but each element listens only to the models that agree with the sign of the weighted sum.
fn map(at: vec4u, $inputs) -> vec4f {
  // Products round on their own: fused into the sum, w·d + w·(-d) would leave a residue, and a residue has a vote.
  var votes = vec4f();
  //#each o
  let y$o = seal(u.weight_$o * (u.rescale_$o * sparse$o(x$o - x0, at)));
  votes += y$o;
  //#end
  let up = votes >= vec4f(); // a tie counts as positive
  var mix = vec4f();
  var share = vec4f();
  //#each o
  let agrees$o = ((y$o > vec4f()) & up) | ((y$o < vec4f()) & !up); // zeros agree with nobody
  mix += select(vec4f(), y$o, agrees$o);
  share += select(vec4f(), vec4f(u.weight_$o), agrees$o);
  //#end
  if (u.normalize != 0u) {
    mix /= select(share, vec4f(1.0), share == vec4f());
  }
  return x0 + u.lambda * mix;
}
