// Weighted sum of N tensors, one at a time from the left, with weights of its own for every fibre: w0·x0 + w1·x1 + …
fn map(at: vec4u, $inputs) -> vec4f {
  let fibre = fibre_of(at);
  var total = vec4f(-0.0);
  //#each k
  total += seal(of_fibre(fibre, $ku) * x$k);
  //#end
  return total;
}
