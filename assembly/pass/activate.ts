import { exp, tanh } from "../lanes";

/** Elements of a piece. */
const PIECE: u32 = 8192;

/**
 * y = f(gate) · x, or f(x) where there is no gate. Numbers of a job at `at`: y, x, gate (0: none); count, width (0: not fused), kind.
 * Fused, rows of x hold the gate and then x, `width` each.
 */
export function activate(at: usize, piece: u32): void {
  const y = load<u32>(at);
  const x = load<u32>(at, 4);
  const gate = load<u32>(at, 8);
  const width = load<u32>(at, 16);
  const kind = load<u32>(at, 20);
  const end = min(load<u32>(at, 12), (piece + 1) * PIECE);
  let i = piece * PIECE;
  while (i < end) {
    let stop = end;
    let by: usize = gate == 0 ? 0 : gate + (i << 2);
    let other: usize = x + (i << 2);
    if (width != 0) {
      stop = min(end, (i / width + 1) * width);
      by = x + ((i + (i / width) * width) << 2);
      other = by + (width << 2);
    }
    const to = y + (i << 2);
    stretch(to, other, by, stop - i, kind);
    i = stop;
  }
}

function stretch(to: usize, x: usize, gate: usize, count: u32, kind: u32): void {
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4) {
    const at: usize = i << 2;
    const values = v128.load(x + at);
    v128.store(to + at, gate == 0 ? f(values, kind) : f32x4.mul(f(v128.load(gate + at), kind), values));
  }
  for (; i < count; i++) {
    const at: usize = i << 2;
    const values = v128.load_splat<f32>(x + at);
    const made = gate == 0 ? f(values, kind) : f32x4.mul(f(v128.load_splat<f32>(gate + at), kind), values);
    store<f32>(to + at, f32x4.extract_lane(made, 0));
  }
}

/** silu, gelu, gelu-tanh, relu: `ACTIVATION_CODES` of `activate.ts`. */
function f(v: v128, kind: u32): v128 {
  const one = f32x4.splat(1);
  if (kind == 0) return f32x4.div(v, f32x4.add(one, exp(f32x4.neg(v))));
  if (kind == 1)
    return f32x4.mul(f32x4.mul(f32x4.splat(0.5), v), f32x4.add(one, erf(f32x4.mul(v, f32x4.splat(<f32>Math.SQRT1_2)))));
  if (kind == 2) {
    const cube = f32x4.mul(f32x4.mul(f32x4.mul(f32x4.splat(0.044715), v), v), v);
    const inner = f32x4.mul(f32x4.splat(0.7978845608028654), f32x4.add(v, cube));
    return f32x4.mul(f32x4.mul(f32x4.splat(0.5), v), f32x4.add(one, tanh(inner)));
  }
  return f32x4.max(v, f32x4.splat(0));
}

/** Abramowitz and Stegun 7.1.26, within 1.5e-7. */
function erf(v: v128): v128 {
  const one = f32x4.splat(1);
  const size = f32x4.abs(v);
  const t = f32x4.div(one, f32x4.add(one, f32x4.mul(f32x4.splat(0.3275911), size)));
  let p = f32x4.splat(1.061405429);
  p = f32x4.add(f32x4.splat(-1.453152027), f32x4.mul(t, p));
  p = f32x4.add(f32x4.splat(1.421413741), f32x4.mul(t, p));
  p = f32x4.add(f32x4.splat(-0.284496736), f32x4.mul(t, p));
  p = f32x4.add(f32x4.splat(0.254829592), f32x4.mul(t, p));
  const rest = f32x4.mul(f32x4.mul(t, p), exp(f32x4.neg(f32x4.mul(v, v))));
  return v128.bitselect(v, f32x4.sub(one, rest), i32x4.splat(0x8000_0000));
}
