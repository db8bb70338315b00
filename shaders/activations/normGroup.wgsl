// RMSNorm and LayerNorm, one workgroup per row: y = (x - mean) / sqrt(variance + epsilon) * (weight + offset) + bias.
// Every thread adds the partial sums for itself, in one order: one barrier instead of a tree.

var<workgroup> sums: array<f32, THREADS>;
var<workgroup> squares: array<f32, THREADS>;

fn kernel(wanted: u32, thread: u32) {
  let row = min(wanted, u.rows - 1u); // groups past the end repeat the last row: all threads must reach the barriers
  let at = row * u.width;
  let width = f32(u.width);

  var mean = 0f;
  if (u.centred == 1u) {
    var sum = 0f;
    for (var i = thread; i < u.width; i += THREADS) { sum += source(at + i); }
    sums[thread] = sum;
    workgroupBarrier();
    for (var t = 0u; t < THREADS; t++) { mean += sums[t]; }
    mean /= width;
  }

  var square = 0f;
  for (var i = thread; i < u.width; i += THREADS) {
    let d = source(at + i) - mean;
    square += d * d;
  }
  squares[thread] = square;
  workgroupBarrier();
  var variance = 0f;
  for (var t = 0u; t < THREADS; t++) { variance += squares[t]; }
  let scale = 1f / sqrt(variance / width + u.epsilon);

  if (wanted >= u.rows) { return; }
  let parameters = (row % u.weightRows) * u.width;
  for (var i = thread; i < u.width; i += THREADS) {
    y[at + i] = (source(at + i) - mean) * scale * factor(parameters + i) + shift(parameters + i);
  }
}
