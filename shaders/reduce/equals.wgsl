// Terms of another definition, renamed `key_terms`, as marks: 1 where the key equals `mark_t`, else 0.
fn terms(at: vec4u, $inputs) -> array<vec4f, T> {
  let keys = key_terms(at, $args);
  return array<vec4f, T>(
    //#each t
    select(vec4f(), vec4f(1.0), key_of(keys[$t]) == vec4u(u.mark_$t)),
    //#end
  );
}
