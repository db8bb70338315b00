// Each module has one `kernel`, which gets the index of its workgroup, whatever rows the device laid them out in.
@compute @workgroup_size(THREADS)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  kernel(group.y * grid.x + group.x, thread);
}

// cap * tanh(v / cap) through an exponent that cannot overflow: the language's own tanh is allowed an error of 1e-5. 0 is no cap.
fn soft_cap(v: f32, cap: f32) -> f32 {
  if (cap <= 0f) { return v; }
  let e = exp(-2f * min(abs(v / cap), 43f));
  return sign(v) * cap * (1f - e) / (1f + e);
}
