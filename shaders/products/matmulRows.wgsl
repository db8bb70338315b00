// Blocks of four columns of the result and four neighbouring k, of a weight stored [n, k]. `along_k(c, k4)` has a vector over the columns
// for each k, for outer products; `times(block(c, k4), x)` are the four columns' products with four elements of a row of x.

fn block(c: u32, k4: u32) -> mat4x4f {
  let at = u.first / 4u + min(k4, u.k / 4u - 1u);
  let last = u.n - 1u;
  let row = u.stride / 4u;
  return mat4x4f(
    w4(at + min(c, last) * row),
    w4(at + min(c + 1u, last) * row),
    w4(at + min(c + 2u, last) * row),
    w4(at + min(c + 3u, last) * row),
  );
}

fn times(w: mat4x4f, x: vec4f) -> vec4f {
  return vec4f(dot(w[0], x), dot(w[1], x), dot(w[2], x), dot(w[3], x));
}

fn along_k(c: u32, k4: u32) -> mat4x4f {
  return transpose(block(c, k4));
}
