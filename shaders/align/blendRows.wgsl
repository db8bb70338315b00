// Row positions[i] of y becomes (1 - shares[i]) * y + shares[i] * values[i], one workgroup per row; two elements in a word of 16-bit types.
fn kernel(i: u32, thread: u32) {
  if (i >= u.m) { return; }
  let share = shares[i];
  let words = u.width / PER_WORD;
  for (var j = thread; j < words; j += THREADS) {
    let at = positions[i] * words + j;
    let first = i * u.width + j * PER_WORD;
    var e = vec4u();
    //#each e
    let x$e = widen_word(y[at], $eu, DTYPE);
    e[$e] = bitcast<u32>((1f - share) * x$e + share * values[first + $eu]);
    //#end
    //#each F32
    y[at] = encode_F32(e).x;
    //#end
    //#each BF16
    let b = encode_BF16(e);
    y[at] = (b.x >> 16u) | b.y;
    //#end
    //#each F16
    let h = encode_F16(e);
    y[at] = h.x | (h.y << 16u);
    //#end
  }
}
