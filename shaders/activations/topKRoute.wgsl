// The topK largest of a row of logits, in order, with their softmax; one thread per row. Rank r + 1 is the largest after rank r in the
// order (larger logit, then lower index), so that nothing has to be marked as taken.
fn kernel(group: u32, thread: u32) {
  let row = group * THREADS + thread;
  if (row >= u.m) { return; }
  let at = row * u.experts;
  var last = 3e38f;
  var last_id = 0u;
  var most = 0f;
  var chosen_sum = 0f;
  for (var rank = 0u; rank < u.topK; rank++) {
    var best = -3e38f;
    var best_id = u.experts;
    for (var id = 0u; id < u.experts; id++) {
      let logit = logits[at + id];
      let after = rank == 0u || logit < last || (logit == last && id > last_id);
      if (after && (logit > best || best_id == u.experts)) {
        best = logit;
        best_id = id;
      }
    }
    last = best;
    last_id = best_id;
    if (rank == 0u) { most = best; }
    let e = exp(max(best - most, -87f));
    chosen_sum += e;
    ids[row * u.topK + rank] = best_id;
    weights[row * u.topK + rank] = e;
  }
  var sum = chosen_sum;
  if (u.normalise == 0u) {
    sum = 0f;
    for (var id = 0u; id < u.experts; id++) { sum += exp(max(logits[at + id] - most, -87f)); }
  }
  for (var rank = 0u; rank < u.topK; rank++) { weights[row * u.topK + rank] /= sum; }
}
