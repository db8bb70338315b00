// b + the mean of the task vectors that agree with the majority's sign, by weights; the base is input 0.
fn map(at: vec4u, $inputs) -> vec4f {
  var votes = vec4f();
  //#each o
  let d$o = seal(x$o - x0);
  votes += d$o;
  //#end
  let up = votes >= vec4f(); // a tie counts as positive
  var mix = vec4f();
  var share = vec4f();
  //#each o
  let agrees$o = ((d$o > vec4f()) & up) | ((d$o < vec4f()) & !up); // zeros agree with nobody
  mix += select(vec4f(), seal(u.weight_$o * d$o), agrees$o);
  share += select(vec4f(), vec4f(u.weight_$o), agrees$o);
  //#end
  return x0 + mix / max(share, vec4f(u.least));
}
