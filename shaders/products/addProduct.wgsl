// w += scale * (left * right) on a stretch of a stored matrix, in place. A thread has eight neighbouring elements: the words that it
// reads are those that it writes.

struct Sums {
  lo: vec4f, // of elements 0 … 3
  hi: vec4f, // of elements 4 … 7
}

// The sum of one element, whichever row it lies in.
fn product(row: u32, column: u32) -> f32 {
  var sum = 0f;
  for (var k = 0u; k < u.rank; k++) {
    let at = k * u.columns + column;
    sum += left[row * u.rank + k] * right[at / 4u][at % 4u];
  }
  return sum;
}

// Sums of eight elements of one row that begin at a vector of `right`.
fn products(row: u32, column: u32) -> Sums {
  var sums = Sums(vec4f(), vec4f());
  for (var k = 0u; k < u.rank; k++) {
    let factor = left[row * u.rank + k];
    let at = (k * u.columns + column) / 4u;
    sums.lo += factor * right[at];
    sums.hi += factor * right[at + 1u];
  }
  return sums;
}

// Sums of the elements from i on, at most eight, one by one; zeros after the last.
fn gathered(i: u32) -> Sums {
  var sums = Sums(vec4f(), vec4f());
  for (var e = 0u; e < min(8u, u.count - i); e++) {
    let at = u.column + i + e;
    let sum = product(at / u.columns, at % u.columns);
    if (e < 4u) { sums.lo[e] = sum; } else { sums.hi[e - 4u] = sum; }
  }
  return sums;
}

fn kernel(group: u32, thread: u32) {
  let word = group * THREADS + thread;
  let i = 8u * word;
  if (i >= u.count) { return; }
  let at = u.column + i;
  var sums: Sums;
  if (u.columns % 8u == 0u && at % 8u == 0u && i + 8u <= u.count) { sums = products(at / u.columns, at % u.columns); }
  else { sums = gathered(i); }
  //#each F32
  let first = u.first + 2u * word;
  w[first] = bitcast<vec4u>(bitcast<vec4f>(w[first]) + u.scale * sums.lo);
  if (i + 4u < u.count) { w[first + 1u] = bitcast<vec4u>(bitcast<vec4f>(w[first + 1u]) + u.scale * sums.hi); }
  //#end
  //#each BF16
  let p = w[u.first + word];
  let l = p << vec4u(16u);
  let h = p & vec4u(0xffff0000u);
  let lo = encode_BF16(bitcast<vec4u>(bitcast<vec4f>(vec4u(l.x, h.x, l.y, h.y)) + u.scale * sums.lo));
  let hi = encode_BF16(bitcast<vec4u>(bitcast<vec4f>(vec4u(l.z, h.z, l.w, h.w)) + u.scale * sums.hi));
  w[u.first + word] = (vec4u(lo.xz, hi.xz) >> vec4u(16u)) | vec4u(lo.yw, hi.yw);
  //#end
  //#each F16
  let p = w[u.first + word];
  let l = p & vec4u(0xffffu);
  let h = p >> vec4u(16u);
  let lo = encode_F16(bitcast<vec4u>(bitcast<vec4f>(decode_F16(vec4u(l.x, h.x, l.y, h.y))) + u.scale * sums.lo));
  let hi = encode_F16(bitcast<vec4u>(bitcast<vec4f>(decode_F16(vec4u(l.z, h.z, l.w, h.w))) + u.scale * sums.hi));
  w[u.first + word] = vec4u(lo.xz, hi.xz) | (vec4u(lo.yw, hi.yw) << vec4u(16u));
  //#end
}
