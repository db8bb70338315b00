// What anybody would write first: y[m, n] = x[m, k] · w[n, k]ᵀ, one thread per result, all in f32, no shared memory, no vectors.
struct Shape {
  m: u32,
  n: u32,
  k: u32,
}
@group(0) @binding(0) var<storage, read> x: array<f32>;
@group(0) @binding(1) var<storage, read> w: array<f32>;
@group(0) @binding(2) var<storage, read_write> y: array<f32>;
@group(0) @binding(3) var<uniform> shape: Shape;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let row = id.y;
  let column = id.x;
  if (row >= shape.m || column >= shape.n) { return; }
  var sum = 0f;
  for (var i = 0u; i < shape.k; i++) {
    sum += x[row * shape.k + i] * w[column * shape.k + i];
  }
  y[row * shape.n + column] = sum;
}
