// ROWS x 4 results per thread, everything in registers: no barrier, quick to compile.
// Neighbouring threads have the same columns and other rows: the weights, of which there are more, are read from one place.
fn kernel(group: u32, thread: u32) {
  let t = group * THREADS + thread;
  let down = (u.m + ROWS - 1u) / ROWS;
  let r = t % down * ROWS;
  let c = t / down * 4u;
  if (c >= u.n) { return; }
  let k4 = u.k / 4u;
  //#each r
  let x_$r = min(r + $ru, u.m - 1u) * k4;
  var sums_$r = vec4f();
  //#end
  for (var i = 0u; i < k4; i++) {
    let w = block(c, i);
    //#each r
    sums_$r += times(w, x[x_$r + i]);
    //#end
  }
  //#each r
  put4(r + $ru, c, sums_$r);
  //#end
}
