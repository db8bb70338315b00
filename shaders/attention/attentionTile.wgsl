// Attention of one head and sixteen rows per workgroup: four threads a row, each with every fourth vector of the head. Keys and values
// come through shared memory, KEYS at a time. Neighbouring rows of one sequence go through its keys together; where a tile holds rows of
// several sequences, one after the other.

var<workgroup> ks: array<vec4f, KEYS * HEAD4>;
var<workgroup> vs: array<vec4f, KEYS * HEAD4>;
var<workgroup> dots: array<f32, THREADS * 9u>;

fn kernel(group: u32, thread: u32) {
  let tile = group / u.heads * ROWS;
  if (tile >= u.m) { return; }
  let head = group % u.heads;
  let end = min(tile + ROWS, u.m);
  let lane = thread % 4u;
  let wanted = tile + thread / 4u;
  let row = min(wanted, u.m - 1u);
  let seen = visible(rows[row]);
  let at = (row * u.heads + head) * HEAD4 + lane;
  let stride = u.kvHeads * HEAD4;
  let column = head * u.kvHeads / u.heads * HEAD4;
  //#each i
  let q_$i = q[at + 4u * $iu] * u.scale;
  var sum_$i = vec4f();
  //#end
  var most = -3e38f;
  var total = 0f;

  var next = tile;
  while (next < end) {
    let start = next; // rows [start, next) are of one sequence
    let first_key = rows[start].x;
    var keys = visible(rows[start]);
    for (next++; next < end && rows[next].x == first_key; next++) {
      let more = visible(rows[next]);
      keys = vec2u(min(keys.x, more.x), max(keys.y, more.y));
    }
    let concerned = wanted >= start && wanted < next;
    for (var first = keys.x; first < keys.y; first += KEYS) {
      for (var e = thread; e < KEYS * HEAD4; e += THREADS) {
        let key = first_key + min(first + e / HEAD4, keys.y - 1u);
        ks[e] = k[key * stride + column + e % HEAD4];
        vs[e] = v[key * stride + column + e % HEAD4];
      }
      workgroupBarrier();
      for (var j = 0u; j < KEYS; j++) {
        var z = 0f;
        //#each i
        z += dot(q_$i, ks[j * HEAD4 + 4u * $iu + lane]);
        //#end
        dots[thread * 9u + j] = z;
      }
      workgroupBarrier();
      for (var j = 0u; j < KEYS; j++) {
        let d = (thread - lane) * 9u + j;
        let score = soft_cap((dots[d] + dots[d + 9u]) + (dots[d + 18u] + dots[d + 27u]), u.softCap);
        if (concerned && first + j >= seen.x && first + j < seen.y) {
          let largest = max(most, score);
          let old = exp(max(most - largest, -87f));
          let share = exp(max(score - largest, -87f));
          total = total * old + share;
          most = largest;
          //#each i
          sum_$i = sum_$i * old + share * vs[j * HEAD4 + 4u * $iu + lane];
          //#end
        }
      }
      workgroupBarrier();
    }
  }
  if (wanted >= u.m) { return; }
  //#each i
  out[at + 4u * $iu] = sum_$i / total;
  //#end
}
