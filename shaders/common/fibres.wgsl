// Numbers for each fibre of a tensor (a row, or a column): `table` holds TABLE of them for every fibre that a block has elements of.
fn fibre_of(at: vec4u) -> vec4u {
  let place = at + u.fibre_skew;
  return select(place % vec4u(u.fibre_size), place / vec4u(u.fibre_size), u.fibre_rows == 1u);
}

fn of_fibre(fibre: vec4u, column: u32) -> vec4f {
  let at = fibre * vec4u(TABLE) + column;
  return vec4f(table[at.x], table[at.y], table[at.z], table[at.w]);
}
