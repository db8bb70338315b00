// The keys of one leaf: 1024 numbers per term, one term after the other.
@compute @workgroup_size(128)
fn main(@builtin(local_invocation_index) i: u32) {
  //#terms
  //#each t
  keys[$tu * 256u + 2u * i] = key_of(lo[$t]);
  keys[$tu * 256u + 2u * i + 1u] = key_of(hi[$t]);
  //#end
}
