// y[places[i]] += weights[i] * x[i], one workgroup per row; no place comes twice.
@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = flat(group, grid);
  if (i >= u.m) { return; }
  let place = places[i] * u.width;
  for (var j = thread; j < u.width; j += THREADS) { y[place + j] += weights[i] * x[i * u.width + j]; }
}
