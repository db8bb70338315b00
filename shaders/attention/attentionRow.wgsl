// Attention of one row and head per workgroup, 64 keys at a time: first a thread per key, for the scores; then the threads share out
// the units of the head, and where a head has fewer than 64, the keys too. Heads of more than 64 units have a workgroup for each 64.

//#each four
alias Unit = vec4f;
fn product(a: Unit, b: Unit) -> f32 { return dot(a, b); }
//#end
//#each one
alias Unit = f32;
fn product(a: Unit, b: Unit) -> f32 { return a * b; }
//#end

var<workgroup> scores: array<f32, THREADS>;
var<workgroup> shares: array<f32, THREADS>; // exp(score - largest)
var<workgroup> ends: array<Unit, THREADS>;

fn kernel(group: u32, thread: u32) {
  let units = u.headDim / UNIT;
  let parts = (units + THREADS - 1u) / THREADS;
  if (group >= u.m * u.heads * parts) { return; }
  let head = group / parts; // of all rows
  let row = rows[head / u.heads];
  let keys = visible(row);
  let stride = u.kvHeads * units;
  let base = row.x * stride + (head % u.heads) * u.kvHeads / u.heads * units; // of the sequence's first key

  let mine = group % parts * THREADS; // first unit of this workgroup
  let across = min(units - mine, THREADS);
  let turns = THREADS / across;   // threads that share a unit, each with every turns-th key
  let unit = mine + thread % across;
  let turn = thread / across;     // `turns` or above: idle

  var most = -3e38f;
  var total = 0f;
  var sum = Unit();
  for (var first = keys.x; first < keys.y; first += THREADS) {
    let key = first + thread;
    var score = -3e38f;
    if (key < keys.y) {
      var z = 0f;
      let at = base + key * stride;
      for (var i = 0u; i < units; i++) { z += product(q[head * units + i], k[at + i]); }
      score = soft_cap(z * u.scale, u.softCap);
    }
    scores[thread] = score;
    workgroupBarrier();
    var largest = most;
    for (var i = 0u; i < THREADS; i++) { largest = max(largest, scores[i]); }
    let old = exp(max(most - largest, -87f));
    let share = select(0f, exp(max(score - largest, -87f)), key < keys.y);
    most = largest;
    total = total * old + share;
    sum *= old;
    shares[thread] = share;
    workgroupBarrier();
    let count = min(keys.y - first, THREADS);
    if (turn < turns) {
      for (var i = turn; i < count; i += turns) { sum += shares[i] * v[base + (first + i) * stride + unit]; }
    }
  }
  workgroupBarrier();
  scores[thread] = total;
  ends[thread] = sum;
  workgroupBarrier();
  if (thread >= across) { return; }
  var whole = 0f;
  for (var i = 0u; i < THREADS; i++) { whole += scores[i]; }
  for (var i = 1u; i < turns; i++) { sum += ends[i * across + thread]; }
  out[head * units + unit] = sum / whole;
}
