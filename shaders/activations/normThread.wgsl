// RMSNorm and LayerNorm, one thread per row, without a barrier: for adapters where one costs more than it saves.
fn kernel(group: u32, thread: u32) {
  let row = group * THREADS + thread;
  if (row >= u.rows) { return; }
  let at = row * u.width;
  let width = f32(u.width);
  var mean = 0f;
  if (u.centred == 1u) {
    for (var i = 0u; i < u.width; i++) { mean += source(at + i); }
    mean /= width;
  }
  var square = 0f;
  for (var i = 0u; i < u.width; i++) {
    let d = source(at + i) - mean;
    square += d * d;
  }
  let scale = 1f / sqrt(square / width + u.epsilon);
  let parameters = (row % u.weightRows) * u.width;
  for (var i = 0u; i < u.width; i++) {
    y[at + i] = (source(at + i) - mean) * scale * factor(parameters + i) + shift(parameters + i);
  }
}
