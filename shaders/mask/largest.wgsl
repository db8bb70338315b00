// Elements with the largest statistic: above a threshold, and of those equal to it the ones with lower indices.
fn chosen(at: vec4u, $inputs) -> vec4<bool> {
  return among_largest(key_of(statistic(at, $args)), u.mask_bits, u.mask_cut, at);
}
