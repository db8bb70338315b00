// Counter-based random words, Philox-4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011).
// Word i % 4 of counter i / 4 belongs to element i, on every device and for every block size.

// Low and high word of a product: WGSL has no 64-bit one. Carries are compared for, because CPU adapters take shifts apart.
fn multiply(a: u32, b: u32) -> vec2u {
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let low = a * b;
  let middle = ah * bl + al * bh;
  let carried = select(0u, 0x10000u, middle < ah * bl) + select(0u, 1u, low < al * bl);
  return vec2u(low, ah * bh + (middle >> 16u) + carried);
}

fn philox(key: vec2u, counter: vec4u) -> vec4u {
  var k = key;
  var c = counter;
  for (var round = 0u; round < 10u; round++) {
    let p = multiply(0xD2511F53u, c.x);
    let q = multiply(0xCD9E8D57u, c.z);
    c = vec4u(q.y ^ c.y ^ k.x, q.x, p.y ^ c.w ^ k.y, p.x);
    k += vec2u(0x9E3779B9u, 0xBB67AE85u);
  }
  return c;
}
