// Keeps what the mask of an input keeps: WORD bits to a number, one column of the table for each input but the base.
//#each o
fn sparse$o(delta: vec4f, at: vec4u) -> vec4f {
  let bits = vec4u(of_fibre(fibre_of(at), $ou - 1u));
  let place = (at + u.fibre_skew) % vec4u(u.fibre_size);
  return select(vec4f(), delta, ((bits >> place) & vec4u(1u)) != vec4u());
}
//#end
