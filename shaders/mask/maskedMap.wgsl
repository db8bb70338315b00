// A map of another definition, renamed `map_within`; outside the mask the element of input 0 as it is.
fn map(at: vec4u, $inputs) -> vec4f {
  return select(x0, map_within(at, $args), chosen(at, $args));
}
