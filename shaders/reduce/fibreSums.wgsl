// Sums, or maxima, of terms over the fibres of a tensor: rows or columns. A thread goes on with one piece of one fibre, up to PIECE elements `stride`
// apart, one after the other, from where the block before ended, so that no block size changes a bit.
// A kernel sums the terms FROM … FROM + PART − 1 of all T; `sums` holds T numbers per piece. See `fibres.ts`.

fn one(e: Eight, i: u32) -> vec4u {
  return vec4u(select(e.lo, e.hi, (i & 4u) != 0u)[i & 3u]);
}

@compute @workgroup_size(64)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) grid: vec3u,
  @builtin(local_invocation_index) thread: u32,
) {
  let piece = u.first + (group.y * grid.x + group.x) * 64u + thread;
  if (piece >= u.last) { return; }
  let rows = u.stride == 1u;
  let within = select(piece / u.fibres, piece % u.pieces, rows);
  let begin = select(piece % u.fibres + within * PIECE * u.stride, (piece / u.pieces) * u.length + within * PIECE, rows);
  let elements = min(PIECE, u.length - within * PIECE);
  let start = 4u * u.first4;
  var j = 0u;
  if (start > begin) { j = (start - begin + u.stride - 1u) / u.stride; }
  //#each p
  var sum_$p = sums[piece * T + $pu];
  //#end
  for (; j < elements && begin + j * u.stride < start + u.count; j++) {
    let i = begin + j * u.stride - start;
    //#each k
    let w$k = one(load_$k(i / 8u), i);
    //#end
    let made = terms(vec4u(i),
      //#each k
      from_bits(w$k),
      //#end
    );
    //#each p
    //#each add
    sum_$p += made[$p].x;
    //#end
    //#each most
    sum_$p = max(sum_$p, made[$p].x);
    //#end
    //#end
  }
  //#each p
  sums[piece * T + $pu] = sum_$p;
  //#end
}
