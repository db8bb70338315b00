// Rotary position embedding in place, one thread per pair of elements: (a, b) -> (a cos - b sin, b cos + a sin).
@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let t = flat(group, grid) * THREADS + thread;
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
