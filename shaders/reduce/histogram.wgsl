// One pass of a radix select: of the keys from `first_t` on, less than `span` above it, how many lie in each bin of 2^shift keys.
// A kernel counts the terms FROM … FROM + PART − 1 of all T; `histogram` holds BINS counters per term, added to by every block.
// Loop `s` runs once where counts are gathered in workgroup memory first, which GPUs need; loop `g` where they are not: CPU
// adapters have no such memory, and compile the zeroing of its array element by element.

//#each s
var<workgroup> bins: array<atomic<u32>, PART * BINS>;
//#end

fn tally(term: u32, bin: u32) {
  //#each s
  atomicAdd(&bins[(term - FROM) * BINS + bin], 1u);
  //#end
  //#each g
  atomicAdd(&histogram[term * BINS + bin], 1u);
  //#end
}

fn tally4(term: u32, first: u32, key: vec4u, valid: vec4<bool>) {
  let place = key - first; // wraps for a key below the range, far past the span
  let bin = place >> vec4u(u.shift);
  let inside = valid & (place < vec4u(u.span));
  if (inside.x) { tally(term, bin.x); }
  if (inside.y) { tally(term, bin.y); }
  if (inside.z) { tally(term, bin.z); }
  if (inside.w) { tally(term, bin.w); }
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = (group.y * grid.x + group.x) * 4096u; // sixteen eights per thread
  for (var i = first + thread; i < min(first + 4096u, (u.count + 7u) / 8u); i += 256u) {
    //#terms
    //#each p
    tally4($pu, u.first_$p, key_of(lo[$p]), at < vec4u(u.count));
    tally4($pu, u.first_$p, key_of(hi[$p]), at + 4u < vec4u(u.count));
    //#end
  }
  //#each s
  workgroupBarrier();
  for (var i = thread; i < PART * BINS; i += 256u) {
    let count = atomicLoad(&bins[i]);
    if (count > 0u) { atomicAdd(&histogram[FROM * BINS + i], count); }
  }
  //#end
}
