// Elementwise map, eight neighbouring elements per thread: widen, map, narrow. Counts what is not finite, before and after.

@compute @workgroup_size(256)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let i = (group.y * grid.x + group.x) * 256u + thread;
  if (8u * i >= u.count) { return; }
  let at = vec4u(0u, 1u, 2u, 3u) + 8u * i;
  var odd = select(0u, 1u, u.count - 8u * i < 8u);
  //#each k
  let w$k = load_$k(i);
  odd |= w$k.odd;
  //#end
  let made = Eight(
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
  odd |= store(i, made);
  while (odd != 0u) { // all that is rare, at most once; a loop, since CPU adapters execute both sides of a branch
    odd = 0u;
    //#each k
    tally($k, load_$k(i).bits, at, 0x7f800000u);
    //#end
    let written = stored(i);
    tally(N, written, at, OUT_INFINITY);
    _ = store(i, Eight( // whatever the map made of what follows the end
      select(vec4u(), written.lo, at < vec4u(u.count)),
      select(vec4u(), written.hi, at + 4u < vec4u(u.count)),
    ));
  }
}

// Adds the elements whose exponent bits are all set to a counter.
fn tally(counter: u32, e: Eight, at: vec4u, exponent: u32) {
  let lo = ((e.lo & vec4u(exponent)) == vec4u(exponent)) & (at < vec4u(u.count));
  let hi = ((e.hi & vec4u(exponent)) == vec4u(exponent)) & (at + 4u < vec4u(u.count));
  let bad = select(vec4u(), vec4u(1u), lo) + select(vec4u(), vec4u(1u), hi);
  let sum = bad.x + bad.y + bad.z + bad.w;
  if (sum > 0u) { atomicAdd(&not_finite[counter], sum); }
}
