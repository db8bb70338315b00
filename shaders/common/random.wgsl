// Counter-based random words, Philox-4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel random numbers: as easy as 1, 2, 3, SC 2011).
// Word i % 4 of counter i / 4 belongs to element i, on every device and for every block size.

fn multiply_high(a: u32, b: u32) -> u32 { // WGSL has no 64-bit product
  let al = a & 0xffffu;
  let ah = a >> 16u;
  let bl = b & 0xffffu;
  let bh = b >> 16u;
  let m1 = ah * bl + ((al * bl) >> 16u);
  let m2 = al * bh + (m1 & 0xffffu);
  return ah * bh + (m1 >> 16u) + (m2 >> 16u);
}

fn philox(key: vec2u, counter: vec4u) -> vec4u {
  var k = key;
  var c = counter;
  for (var round = 0u; round < 10u; round++) {
    c = vec4u(
      multiply_high(0xCD9E8D57u, c.z) ^ c.y ^ k.x,
      0xCD9E8D57u * c.z,
      multiply_high(0xD2511F53u, c.x) ^ c.w ^ k.y,
      0xD2511F53u * c.x,
    );
    k += vec2u(0x9E3779B9u, 0xBB67AE85u);
  }
  return c;
}

// The words of the four elements of a map's `at`.
fn random_words(key: vec2u, at: vec4u) -> vec4u {
  return philox(key, vec4u(u.first4 + at.x / 4u, 0u, 0u, 0u));
}
