// Activations of an MLP, one thread per element. tanh and exp are written so that nothing overflows: the language lets a compiler
// assume that no infinity appears, and its own tanh is allowed an error of 1e-5.

fn kernel(group: u32, thread: u32) {
  let i = group * THREADS + thread;
  if (i >= u.count) { return; }
  y[i] = activated(i);
}

fn silu(v: f32) -> f32 {
  let e = exp(-min(abs(v), 87f));
  return v * select(1f, e, v < 0f) / (1f + e);
}

fn gelu(v: f32) -> f32 {
  return 0.5f * v * (1f + erf(v * 0.7071067811865476f));
}

fn gelu_tanh(v: f32) -> f32 {
  let e = exp(-2f * min(abs(0.7978845608028654f * (v + 0.044715f * v * v * v)), 43f));
  return 0.5f * v * (1f + sign(v) * (1f - e) / (1f + e));
}

fn relu(v: f32) -> f32 {
  return max(v, 0f);
}

fn erf(v: f32) -> f32 { // Abramowitz and Stegun 7.1.26, within 1.5e-7
  let t = 1f / (1f + 0.3275911f * abs(v));
  let sum = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
  return sign(v) * (1f - sum * exp(-min(v * v, 87f)));
}
