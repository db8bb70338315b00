// The keys of one leaf: 1024 numbers per term, one term after the other.
@compute @workgroup_size(128)
fn main(@builtin(local_invocation_index) i: u32) {
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
  //#each t
  keys[$tu * 256u + 2u * i] = key_of(lo[$t]);
  keys[$tu * 256u + 2u * i + 1u] = key_of(hi[$t]);
  //#end
}
