// y[i] (+)= scale · table[ids[i]] for ids in [first, first + count), one workgroup per row.
fn kernel(i: u32, thread: u32) {
  if (i >= u.m) { return; }
  let id = ids[i];
  if (id < u.first || id - u.first >= u.count) { return; }
  let start = (u.row0 + id - u.first) * u.width;
  for (var j = thread; j < u.width; j += THREADS) {
    let value = u.scale * widen_word(table[word_of(start + j, u.dtype)], start + j, u.dtype);
    let at = i * u.width + j;
    y[at] = select(value, y[at] + value, u.keep == 1u);
  }
}
