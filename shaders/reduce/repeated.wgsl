// Terms of another definition, renamed `once_terms`, each EACH times.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  let once = once_terms(at, $args);
  return array<vec4f, T>(
    //#each t
    once[$tu / EACH],
    //#end
  );
}
