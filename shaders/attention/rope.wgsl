// Rotary position embedding in place, one thread per pair of elements: (a, b) -> (a cos - b sin, b cos + a sin).
fn kernel(group: u32, thread: u32) {
  let t = group * THREADS + thread;
  if (t >= u.rows * u.heads * u.pairs) { return; }
  let head = t / u.pairs;
  let pair = t % u.pairs;
  let turn = turns[positions[head / u.heads] * u.pairs + pair];
  let i = head * u.headDim + pair * u.step;
  let a = x[i];
  let b = x[i + u.apart];
  x[i] = a * turn.x - b * turn.y;
  x[i + u.apart] = b * turn.x + a * turn.y;
}
