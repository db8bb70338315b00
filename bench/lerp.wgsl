// The least a bf16 merge of N inputs can do: read eight elements of each, average, write. No reductions, no checks, no options.
override N: u32 = 2u;
@group(0) @binding(0) var<storage, read> packed: array<vec4u>;
@group(0) @binding(1) var<storage, read_write> dst: array<vec4u>;

fn narrow(v: vec4f) -> vec4u {
  let u = bitcast<vec4u>(v);
  return (u + 0x7fffu + ((u >> vec4u(16u)) & vec4u(1u))) >> vec4u(16u);
}

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) g: vec3u, @builtin(num_workgroups) grid: vec3u, @builtin(local_invocation_index) t: u32) {
  let i = (g.y * grid.x + g.x) * 256u + t;
  let count = arrayLength(&dst);
  if (i >= count) { return; }
  var even = vec4f();
  var odd = vec4f();
  for (var k = 0u; k < N; k++) {
    let p = packed[k * count + i];
    even += bitcast<vec4f>(p << vec4u(16u));
    odd += bitcast<vec4f>(p & vec4u(0xffff0000u));
  }
  let scale = 1.0 / f32(N);
  dst[i] = narrow(even * scale) | (narrow(odd * scale) << vec4u(16u));
}
