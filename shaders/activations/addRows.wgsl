// y[places[i]] += weights[i] * x[i], one workgroup per row; no place comes twice.
fn kernel(i: u32, thread: u32) {
  if (i >= u.m) { return; }
  let place = places[i] * u.width;
  for (var j = thread; j < u.width; j += THREADS) { y[place + j] += weights[i] * x[i * u.width + j]; }
}
