/*
 * One operation of f32 numbers over a tile. All round each step on its own: no fused or relaxed instruction stands here. Whole vectors
 * are computed; what lies behind the last element is not used.
 */

export function fill(to: usize, bits: u32, count: u32): void {
  const value = i32x4.splat(bits);
  const end = to + (count << 2);
  for (; to < end; to += 16) v128.store(to, value);
}

export function copy(to: usize, a: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16) v128.store(to, v128.load(a));
}

export function add(to: usize, a: usize, b: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, b += 16) v128.store(to, f32x4.add(v128.load(a), v128.load(b)));
}

export function subtract(to: usize, a: usize, b: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, b += 16) v128.store(to, f32x4.sub(v128.load(a), v128.load(b)));
}

export function multiply(to: usize, a: usize, b: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, b += 16) v128.store(to, f32x4.mul(v128.load(a), v128.load(b)));
}

export function magnitude(to: usize, a: usize, count: u32): void {
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16) v128.store(to, f32x4.abs(v128.load(a)));
}

/** `to = factor · a` */
export function scale(to: usize, a: usize, factor: f32, count: u32): void {
  const by = f32x4.splat(factor);
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16) v128.store(to, f32x4.mul(by, v128.load(a)));
}

/** `to = a / divisor` */
export function divide(to: usize, a: usize, divisor: f32, count: u32): void {
  const by = f32x4.splat(divisor);
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16) v128.store(to, f32x4.div(v128.load(a), by));
}

/** `to = a + factor · b` */
export function addScaled(to: usize, a: usize, factor: f32, b: usize, count: u32): void {
  const by = f32x4.splat(factor);
  const end = to + (count << 2);
  for (; to < end; to += 16, a += 16, b += 16) {
    v128.store(to, f32x4.add(v128.load(a), f32x4.mul(by, v128.load(b))));
  }
}

/**
 * Adds what agrees with the sign of `votes`, and its weight: `mix += y`, `share += weight` where y > 0 and votes >= 0, or y < 0 and not
 * votes >= 0.
 */
export function agree(mix: usize, share: usize, votes: usize, y: usize, weight: f32, count: u32): void {
  const zero = f32x4.splat(0);
  const by = f32x4.splat(weight);
  const end = mix + (count << 2);
  for (; mix < end; mix += 16, share += 16, votes += 16, y += 16) {
    const vote = v128.load(y);
    const up = f32x4.ge(v128.load(votes), zero);
    const agrees = v128.bitselect(f32x4.gt(vote, zero), f32x4.lt(vote, zero), up);
    const mixed = v128.load(mix);
    const shared = v128.load(share);
    v128.store(mix, v128.bitselect(f32x4.add(mixed, vote), mixed, agrees));
    v128.store(share, v128.bitselect(f32x4.add(shared, by), shared, agrees));
  }
}

/** `to /= share` where that is not 0. */
export function divideShares(to: usize, share: usize, count: u32): void {
  const zero = f32x4.splat(0);
  const end = to + (count << 2);
  for (; to < end; to += 16, share += 16) {
    const value = v128.load(to);
    const by = v128.load(share);
    v128.store(to, v128.bitselect(value, f32x4.div(value, by), f32x4.eq(by, zero)));
  }
}
