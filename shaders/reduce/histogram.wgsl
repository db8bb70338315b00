// One pass of a radix select: how many keys have which `bits` bits above `shift`, among those whose higher bits are `prefix_t`.
// A kernel counts the terms FROM … FROM + PART − 1 of all T; `histogram` holds BINS counters per term, added to by every block.

var<workgroup> bins: array<atomic<u32>, PART * BINS>;

fn tally(base: u32, prefix: u32, key: u32) {
  let k = key >> u.shift;
  if (k >> u.bits == prefix) { atomicAdd(&bins[base + (k & ((1u << u.bits) - 1u))], 1u); }
}

fn tally4(base: u32, prefix: u32, key: vec4u, valid: vec4<bool>) {
  if (valid.x) { tally(base, prefix, key.x); }
  if (valid.y) { tally(base, prefix, key.y); }
  if (valid.z) { tally(base, prefix, key.z); }
  if (valid.w) { tally(base, prefix, key.w); }
}

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let first = (group.y * grid.x + group.x) * 4096u; // sixteen eights per thread
  for (var i = first + thread; i < min(first + 4096u, (u.count + 7u) / 8u); i += 256u) {
    let at = vec4u(0u, 1u, 2u, 3u) + 8u * i;
    //#each k
    let w$k = load_$k(i);
    //#end
    let lo = terms(at,
      //#each k
      from_bits(w$k.bits.lo),
      //#end
    );
    let hi = terms(at + 4u,
      //#each k
      from_bits(w$k.bits.hi),
      //#end
    );
    //#each p
    tally4(($pu - FROM) * BINS, u.prefix_$p, key_of(lo[$p]), at < vec4u(u.count));
    tally4(($pu - FROM) * BINS, u.prefix_$p, key_of(hi[$p]), at + 4u < vec4u(u.count));
    //#end
  }
  workgroupBarrier();
  for (var i = thread; i < PART * BINS; i += 256u) {
    let count = atomicLoad(&bins[i]);
    if (count > 0u) { atomicAdd(&histogram[FROM * BINS + i], count); }
  }
}
