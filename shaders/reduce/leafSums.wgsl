// Sums of terms over leaves of 1024 elements at fixed places in the tensor, so that no block size changes a bit.
// 64 threads take sixteen leaves: four threads run through one, eight elements at a time, and after the only barrier one thread
// adds their four sums in order. A kernel sums the terms FROM … FROM + PART − 1 of all T; `sums` holds T numbers per leaf.
// Runs are long and the array small, because CPU adapters zero it element by element in every thread and are slow at barriers.

const SPLIT = 4u; // threads of a leaf
const LEAVES = 16u;
const PADDED = SPLIT + 1u; // so that neighbouring leaves lie in different banks
var<workgroup> part: array<f32, PART * LEAVES * PADDED>;

fn total(v: vec4f) -> f32 {
  return (v.x + v.y) + (v.z + v.w);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = (group.y * grid.x + group.x) * LEAVES;
  let start = (first + thread / SPLIT) * 128u;
  let end = min(start + 128u, (u.count + 7u) / 8u);
  //#each p
  var sum_$p = vec4f();
  //#end
  for (var i = start + thread % SPLIT; i < end; i += SPLIT) {
    //#terms
    let lo_valid = at < vec4u(u.count); // what follows an input's end belongs to the next one
    let hi_valid = at + 4u < vec4u(u.count);
    //#each p
    sum_$p += select(vec4f(), lo[$p], lo_valid);
    sum_$p += select(vec4f(), hi[$p], hi_valid);
    //#end
  }
  //#each p
  part[(($pu - FROM) * LEAVES + thread / SPLIT) * PADDED + thread % SPLIT] = total(sum_$p);
  //#end
  workgroupBarrier();
  for (var row = thread; row < PART * LEAVES; row += 64u) {
    let leaf = first + row % LEAVES;
    var sum = 0f;
    for (var i = 0u; i < SPLIT; i++) { sum += part[row * PADDED + i]; }
    if (leaf * 1024u < u.count) { sums[(u.leaf0 + leaf) * T + FROM + row / LEAVES] = sum; }
  }
}
