// Folds n logits of each row into (largest, sum of exp(logit - largest), logit of the target, 0), one workgroup per row.
// Exponents stop at -87, where exp is still a normal number: neither flushing nor an overflow can appear.

var<workgroup> ends: array<vec2f, THREADS>;

fn merged(a: vec2f, b: vec2f) -> vec2f {
  let most = max(a.x, b.x);
  return vec2f(most, a.y * exp(max(a.x - most, -87f)) + b.y * exp(max(b.x - most, -87f)));
}

fn kernel(row: u32, thread: u32) {
  if (row >= u.m) { return; }
  let at = row * u.n;
  var end = vec2f(-3e38f, 0f);
  for (var i = thread; i < u.n; i += THREADS) {
    end = merged(end, vec2f(soft_cap(logits[at + i], u.softCap), 1f));
  }
  ends[thread] = end;
  workgroupBarrier();
  if (thread > 0u) { return; }
  for (var i = 1u; i < min(u.n, THREADS); i++) { end = merged(end, ends[i]); }
  let before = running[row];
  end = merged(before.xy, end);
  var hit = before.z;
  let wanted = targets[row];
  if (wanted >= u.first && wanted - u.first < u.n) { hit = soft_cap(logits[at + wanted - u.first], u.softCap); }
  running[row] = vec4f(end, hit, 0f);
}
