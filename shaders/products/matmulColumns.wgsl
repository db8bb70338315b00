// The same as matmulRows of a weight stored [k, n].

fn block(c: u32, k4: u32) -> mat4x4f {
  let row = u.stride / 4u;
  let at = u.first / 4u + min(c, u.n - 1u) / 4u + min(k4, u.k / 4u - 1u) * 4u * row;
  return mat4x4f(w4(at), w4(at + row), w4(at + 2u * row), w4(at + 3u * row));
}

fn times(w: mat4x4f, x: vec4f) -> vec4f {
  return w[0] * x.x + w[1] * x.y + w[2] * x.z + w[3] * x.w;
}

fn along_k(c: u32, k4: u32) -> mat4x4f {
  return block(c, k4);
}
