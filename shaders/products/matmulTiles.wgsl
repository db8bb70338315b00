// A tile of ROWS x COLUMNS results per workgroup, sixteen k at a time through shared memory: outer products of 4x4 blocks, of which each
// thread has some, DOWN and ACROSS tiles of blocks apart. Blocks are turned on their way in, so that inner loads are whole vectors.

var<workgroup> xs: array<vec4f, ROWS * 4u>;    // [k 16][row / 4]
var<workgroup> ws: array<vec4f, COLUMNS * 4u>; // [k 16][column / 4]

fn x_at(r: u32, k4: u32) -> vec4f {
  let width = u.k / 4u;
  return select(vec4f(), x[min(r, u.m - 1u) * width + min(k4, width - 1u)], k4 < width);
}

fn outer(a: vec4f, b: vec4f) -> mat4x4f {
  return mat4x4f(b * a.x, b * a.y, b * a.z, b * a.w);
}

fn kernel(group: u32, thread: u32) {
  let down = (u.m + ROWS - 1u) / ROWS;
  let r0 = group % down * ROWS; // neighbouring workgroups share their weights
  let c0 = group / down * COLUMNS;
  let tx = thread % ACROSS;
  let ty = thread / ACROSS;
  //#each p
  //#each q
  var sums_$p_$q = mat4x4f();
  //#end
  //#end
  for (var k4 = 0u; k4 < u.k / 4u; k4 += 4u) {
    for (var e = thread; e < ROWS + COLUMNS; e += THREADS) {
      if (e < ROWS) {
        let r = r0 + e / 4u * 4u;
        let k = k4 + e % 4u;
        let t = transpose(mat4x4f(x_at(r, k), x_at(r + 1u, k), x_at(r + 2u, k), x_at(r + 3u, k)));
        let to = e % 4u * ROWS + e / 4u;
        //#each j
        xs[to + $ju * (ROWS / 4u)] = t[$j];
        //#end
      } else {
        let f = e - ROWS;
        let t = along_k(c0 + f / 4u * 4u, k4 + f % 4u);
        let to = f % 4u * COLUMNS + f / 4u;
        //#each j
        ws[to + $ju * (COLUMNS / 4u)] = t[$j];
        //#end
      }
    }
    workgroupBarrier();
    for (var i = 0u; i < 16u; i++) {
      //#each p
      let a_$p = xs[i * (ROWS / 4u) + ty + $pu * DOWN];
      //#end
      //#each q
      let b_$q = ws[i * (COLUMNS / 4u) + tx + $qu * ACROSS];
      //#end
      //#each p
      //#each q
      sums_$p_$q += outer(a_$p, b_$q);
      //#end
      //#end
    }
    workgroupBarrier();
  }
  //#each p
  //#each q
  put_block(r0 + 4u * (ty + $pu * DOWN), c0 + 4u * (tx + $qu * ACROSS), sums_$p_$q);
  //#end
  //#end
}

// Rolled up: storing is rare, and written out it would be most of what there is to compile.
fn put_block(r: u32, c: u32, sums: mat4x4f) {
  for (var i = 0u; i < 4u; i++) {
    for (var j = 0u; j < 4u; j++) { put(r + i, c + j, sums[i][j]); }
  }
}
