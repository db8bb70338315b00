// Elementwise map, eight neighbouring elements per thread: widen, map, narrow. Counts what is not finite, before and after.
// Loop `r` runs once for blocks whose last eight is not complete and not at all for others, which need not ask where the end is.
// There are no rare branches: CPU adapters execute both sides of every branch.

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * grid.x + group.x) * 256u + thread;
  if (8u * i >= u.count) { return; }
  let at = vec4u(0u, 1u, 2u, 3u) + 8u * i;
  //#each k
  var w$k = load_$k(i);
  //#each r
  w$k = before_end(w$k, at);
  //#end
  let odd$k = count_odd(w$k, 0x7f800000u);
  //#end
  var made = Eight(
    encode(to_bits(map(at,
      //#each k
      from_bits(w$k.lo),
      //#end
    ))),
    encode(to_bits(map(at + 4u,
      //#each k
      from_bits(w$k.hi),
      //#end
    ))),
  );
  //#each r
  made = before_end(made, at);
  //#end
  let odd = store(i, made);
  //#each k
  if (odd$k > 0u) { atomicAdd(&not_finite[$k], odd$k); }
  //#end
  if (odd > 0u) { atomicAdd(&not_finite[N], odd); }
}

// Zeros for what follows the end: the next input, or whatever the map made of it.
fn before_end(e: Eight, at: vec4u) -> Eight {
  return Eight(select(vec4u(), e.lo, at < vec4u(u.count)), select(vec4u(), e.hi, at + 4u < vec4u(u.count)));
}
