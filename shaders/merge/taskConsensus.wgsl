// As taskSum, but each element listens only to the models that agree with the sign of the weighted sum.
fn map(at: vec4u, $inputs) -> vec4f {
  // Products round on their own: fused into the sum, w·d + w·(-d) would leave a residue, and a residue has a vote.
  var votes = vec4f();
  //#each k except BASE
  let y$k = seal(u.weight_$k * (u.rescale_$k * sparse$k(x$k - xBASE, at)));
  votes += y$k;
  //#end
  let up = votes >= vec4f(); // a tie counts as positive
  var mix = vec4f();
  var share = vec4f();
  //#each k except BASE
  let agrees$k = ((y$k > vec4f()) & up) | ((y$k < vec4f()) & !up); // zeros agree with nobody
  mix += select(vec4f(), y$k, agrees$k);
  share += select(vec4f(), vec4f(u.weight_$k), agrees$k);
  //#end
  if (u.normalize != 0u) {
    mix /= select(share, vec4f(1.0), share == vec4f());
  }
  return xBASE + u.lambda * mix;
}
