// Elementwise map, eight neighbouring elements per thread: widen, map, narrow. Counts what is not finite, before and after.
// With LAST it is one thread that makes the last, incomplete eight; then the others need not ask where the end is.

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  var i = (group.y * grid.x + group.x) * 256u + thread;
  if (LAST == 0u && i >= u.count / 8u) { return; }
  if (LAST == 1u && i > 0u) { return; }
  if (LAST == 1u) { i = u.count / 8u; }
  let at = vec4u(0u, 1u, 2u, 3u) + 8u * i;
  //#each k
  let w$k = load_$k(i);
  //#end
  var made = Eight(
    encode(to_bits(map(at,
      //#each k
      from_bits(w$k.bits.lo),
      //#end
    ))),
    encode(to_bits(map(at + 4u,
      //#each k
      from_bits(w$k.bits.hi),
      //#end
    ))),
  );
  let odd = store(i, made);
  //#each k
  if (w$k.odd > 0u) { atomicAdd(&not_finite[$k], w$k.odd); }
  //#end
  if (odd > 0u) { atomicAdd(&not_finite[N], odd); }
}
