// One result per thread, for every k and every layout. Neighbouring threads have neighbouring columns.
fn kernel(group: u32, thread: u32) {
  let t = group * THREADS + thread;
  let r = t / u.n;
  let c = t % u.n;
  if (r >= u.m) { return; }
  let start = u.first + select(c * u.stride, c, BY_COLUMN == 1u);
  let step = select(1u, u.stride, BY_COLUMN == 1u);
  var sum = 0f;
  for (var i = 0u; i < u.k; i++) { sum += x[r * u.k + i] * w1(start + i * step); }
  put(r, c, sum);
}
