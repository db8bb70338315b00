// Which keys a row sees, counted from the first of its sequence: [x, y). `rows`: (first key, number of keys, position, 0).
fn visible(row: vec4u) -> vec2u {
  let end = min(row.y, row.z + 1u);
  if (u.window == 0u || row.z < u.window) { return vec2u(0u, end); }
  return vec2u(row.z + 1u - u.window, end);
}
