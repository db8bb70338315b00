// The squares of the differences of all pairs of task vectors, added; the base is input 0. What a device may flush is 0 on all.
fn statistic(at: vec4u, $inputs) -> vec4f {
  //#each o
  let d$o = seal(x$o - x0);
  //#end
  var spread = vec4f();
  //#each o
  //#each j after o
  spread += apart(d$o, d$j);
  //#end
  //#end
  return spread;
}

fn apart(a: vec4f, b: vec4f) -> vec4f {
  let difference = a - b;
  let square = seal(difference * difference);
  return select(vec4f(), square, square >= vec4f(1.1754943508222875e-38));
}
