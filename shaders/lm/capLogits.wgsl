// x = cap * tanh(x / cap), one thread per element.
@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = flat(group, grid) * THREADS + thread;
  if (i < u.count) { x[i] = soft_cap(x[i], u.softCap); }
}
