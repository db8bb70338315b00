// Draws for each of `elements` elements from `start` on whether it is kept: by a random word of its own, below a bound that its rank has.
// WORD elements of the tensor share a word of `kept`; word 0 is word `first_word` of the tensor.
fn kernel(group: u32, thread: u32) {
  let word = group * THREADS + thread;
  if (word >= u.words) { return; }
  let first = (u.first_word + word) * WORD;
  var bits = 0u;
  for (var four = 0u; four < WORD; four += 4u) {
    let random = philox(vec2u(u.key_low, u.key_high), vec4u((first + four) / 4u, 0u, 0u, 0u));
    for (var c = 0u; c < 4u; c++) {
      let element = first + four + c;
      if (element < u.start || element - u.start >= u.elements) { continue; }
      let e = element - u.start;
      let within = e % u.slab;
      let rank = ranks[e - within + (within % u.inner) * u.length + within / u.inner];
      if (random[c] < bounds[rank]) { bits |= 1u << (four + c); }
    }
  }
  kept[word] = bits;
}
