// x = cap * tanh(x / cap), one thread per element.
fn kernel(group: u32, thread: u32) {
  let i = group * THREADS + thread;
  if (i < u.count) { x[i] = soft_cap(x[i], u.softCap); }
}
