// Terms of another definition, renamed `all_terms`, and 0 for elements outside the mask.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  let all = all_terms(at, $args);
  let counts = chosen(at, $args);
  return array<vec4f, T>(
    //#each t
    select(vec4f(), all[$t], counts),
    //#end
  );
}
