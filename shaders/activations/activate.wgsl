// Activations of an MLP, one thread per element. tanh and exp are written so that nothing overflows: the language lets a compiler
// assume that no infinity appears, and its own tanh is allowed an error of 1e-5.

fn kernel(group: u32, thread: u32) {
  let i = group * THREADS + thread;
  if (i >= u.count) { return; }
  //#each plain
  y[i] = act(value(i));
  //#end
  //#each gated
  y[i] = act(gate_of(i)) * value(i);
  //#end
  //#each fused
  let at = i + i / u.width * u.width;
  y[i] = act(x[at]) * x[at + u.width];
  //#end
}

// The inputs, which may be the output itself.
//#each x_apart
fn value(i: u32) -> f32 { return x[i]; }
//#end
//#each x_in_y
fn value(i: u32) -> f32 { return y[i]; }
//#end
//#each gate_apart
fn gate_of(i: u32) -> f32 { return gate[i]; }
//#end
//#each gate_in_y
fn gate_of(i: u32) -> f32 { return y[i]; }
//#end

//#each silu
fn act(v: f32) -> f32 {
  let e = exp(-min(abs(v), 87f));
  return v * select(1f, e, v < 0f) / (1f + e);
}
//#end

//#each gelu
fn act(v: f32) -> f32 {
  return 0.5f * v * (1f + erf(v * 0.7071067811865476f));
}

fn erf(v: f32) -> f32 { // Abramowitz and Stegun 7.1.26, within 1.5e-7
  let t = 1f / (1f + 0.3275911f * abs(v));
  let sum = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f))));
  return sign(v) * (1f - sum * exp(-min(v * v, 87f)));
}
//#end

//#each gelu_tanh
fn act(v: f32) -> f32 {
  let e = exp(-2f * min(abs(0.7978845608028654f * (v + 0.044715f * v * v * v)), 43f));
  return 0.5f * v * (1f + sign(v) * (1f - e) / (1f + e));
}
//#end

//#each relu
fn act(v: f32) -> f32 {
  return max(v, 0f);
}
//#end
