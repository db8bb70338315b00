// The keys of one term, for the elements [begin, end) of the block, laid row by row: the rows lie `inner` apart, `length` elements each, in
// slabs of `slab` elements. Key 0 is that of the first element of a group of slabs, of which `before` elements come before these.
fn put(i: u32, key: u32) {
  if (i < u.begin || i >= u.end) { return; }
  let e = u.before + i - u.begin;
  let within = e % u.slab;
  keys[e - within + (within % u.inner) * u.length + within / u.inner] = key;
}

@compute @workgroup_size(128)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * grid.x + group.x) * 128u + thread;
  if (8u * i >= u.end) { return; }
  //#terms
  //#each p
  let low = key_of(lo[$p]);
  let high = key_of(hi[$p]);
  //#end
  for (var c = 0u; c < 4u; c++) {
    put(8u * i + c, low[c]);
    put(8u * i + 4u + c, high[c]);
  }
}
