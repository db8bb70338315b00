// Single elements of packed weights whose dtype is known at run time: 0 F32, 1 BF16, 2 F16. For small tensors (norms, biases, one row
// of a table), where a kernel for each dtype would cost more to compile than the question costs to ask.

fn word_of(i: u32, dtype: u32) -> u32 { // the u32 that element i is in
  return select(i / 2u, i, dtype == 0u);
}

fn widen_word(word: u32, i: u32, dtype: u32) -> f32 {
  let half = select(word & 0xffffu, word >> 16u, (i & 1u) == 1u);
  let wide = select(half << 16u, decode_F16(vec4u(half)).x, dtype == 2u);
  return bitcast<f32>(select(wide, word, dtype == 0u));
}
