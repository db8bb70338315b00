// Four rows of x times eight of w: 64 threads go along k together, so that each weight is read once, sixteen or more bytes at a time.
// Their parts sums meet in shared memory: eight of them are added by each thread, then eight of those.

var<workgroup> parts: array<vec4f, 520>; // [column 8][thread 64 + 1]; a vector is over the rows of x

fn kernel(group: u32, thread: u32) {
  let down = (u.m + ROWS - 1u) / ROWS;
  let r = group % down * ROWS;
  let column = group / down * COLUMNS;
  let k8 = u.k / 8u;
  //#each r
  let x_$r = min(r + $ru, u.m - 1u) * k8;
  //#end
  //#each c
  let w_$c = u.first / 8u + min(column + $cu, u.n - 1u) * k8;
  var sums_$c = vec4f();
  //#end
  for (var i = thread; i < k8; i += THREADS) {
    //#each r
    let lo_$r = x[2u * (x_$r + i)];
    let hi_$r = x[2u * (x_$r + i) + 1u];
    //#end
    //#each c
    let e_$c = w8(w_$c + i);
    sums_$c += vec4f(
      //#each r
      dot(lo_$r, e_$c.lo) + dot(hi_$r, e_$c.hi),
      //#end
    );
    //#end
  }
  //#each c
  parts[65u * $cu + thread] = sums_$c;
  //#end
  workgroupBarrier();
  let c = thread / 8u;
  let start = 65u * c + thread % 8u * 8u;
  var sum = parts[start];
  for (var i = 1u; i < 8u; i++) { sum += parts[start + i]; }
  workgroupBarrier();
  parts[start] = sum;
  workgroupBarrier();
  if (thread % 8u != 0u) { return; }
  for (var i = 1u; i < 8u; i++) { sum += parts[start + 8u * i]; }
  //#each r
  put(r + $ru, column + c, sum[$r]);
  //#end
}
