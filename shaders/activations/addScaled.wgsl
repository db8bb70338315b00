// y += scale * x, one thread per element.
fn kernel(group: u32, thread: u32) {
  let i = group * THREADS + thread;
  if (i < u.count) { y[i] += u.scale * x[i]; }
}
