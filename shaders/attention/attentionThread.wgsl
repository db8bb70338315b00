// Attention without a barrier, for adapters where one costs more than it saves: a thread has UNITS vectors of a row's head for itself and
// goes through the keys alone. Heads of more vectors have several threads, each of which asks for every score.
fn kernel(group: u32, thread: u32) {
  let t = group * THREADS + thread;
  let parts = HEAD4 / UNITS;
  let head = t / parts; // of all rows
  if (head >= u.m * u.heads) { return; }
  let row = rows[head / u.heads];
  let keys = visible(row);
  let stride = u.kvHeads * HEAD4;
  let base = row.x * stride + (head % u.heads) * u.kvHeads / u.heads * HEAD4; // of the sequence's first key
  let mine = t % parts * UNITS;
  //#each h
  let q_$h = q[head * HEAD4 + $hu] * u.scale;
  //#end
  //#each i
  var sum_$i = vec4f();
  //#end
  var most = -3e38f;
  var total = 0f;
  for (var key = keys.x; key < keys.y; key++) {
    let at = base + key * stride;
    var z = 0f;
    //#each h
    z += dot(q_$h, k[at + $hu]);
    //#end
    let score = soft_cap(z, u.softCap);
    let largest = max(most, score);
    let old = exp(max(most - largest, -87f));
    let share = exp(max(score - largest, -87f));
    most = largest;
    total = total * old + share;
    //#each i
    sum_$i = sum_$i * old + share * v[at + mine + $iu];
    //#end
  }
  //#each i
  out[head * HEAD4 + mine + $iu] = sum_$i / total;
  //#end
}
