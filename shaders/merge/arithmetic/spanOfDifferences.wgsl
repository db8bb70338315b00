// The base, which is input 0, and a weighted sum of the differences to it, with weights of its own for every fibre.
fn map(at: vec4u, $inputs) -> vec4f {
  let fibre = fibre_of(at);
  var total = vec4f(-0.0);
  //#each o
  total += seal(of_fibre(fibre, $ou) * (x$o - x0));
  //#end
  return x0 + total;
}
