/* Rows of logits: f32 as the head gives them, summed in f64. */

/** log Σ exp(x), in f64, the largest taken out first. NaN if one is NaN; −∞ of nothing. */
export function logSumExp(values: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < values.length; i++) largest = Math.max(largest, values[i] ?? 0);
  if (!Number.isFinite(largest)) return largest;
  let total = 0;
  for (let i = 0; i < values.length; i++) total += Math.exp((values[i] ?? 0) - largest);
  return largest + Math.log(total);
}

/** Index of the largest logit, the lowest among equals: what greedy decoding takes. −1 of nothing. */
export function largestAt(logits: ArrayLike<number>): number {
  let best = -1;
  let largest = Number.NaN;
  for (let i = 0; i < logits.length; i++) {
    const value = logits[i] ?? 0;
    if (value <= largest) continue; // NaN compares as no: the first value is always taken
    best = i;
    largest = value;
  }
  return best;
}
