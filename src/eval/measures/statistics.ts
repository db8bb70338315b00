/**
 * Standard error of Σ sums / Σ weights from clusters that are drawn whole (prompts), by linearisation of the quotient:
 * √(n/(n−1) · Σ (sᵢ − r·wᵢ)²) / Σ w. Tokens of one prompt depend on each other, prompts do not. NaN with fewer than two
 * clusters: one says nothing about the spread.
 */
export function ratioStandardError(sums: readonly number[], weights: readonly number[]): number {
  const n = sums.length;
  if (n < 2) return Number.NaN;
  const weight = sum(weights);
  const ratio = sum(sums) / weight;
  const squares = sums.reduce((total, value, i) => total + (value - ratio * (weights[i] ?? 0)) ** 2, 0);
  return Math.sqrt((n / (n - 1)) * squares) / weight;
}

/** Standard error of a mean: sample standard deviation / √N. NaN with fewer than two values. */
export function meanStandardError(values: readonly number[]): number {
  return ratioStandardError(
    values,
    values.map(() => 1),
  );
}

export function sum(values: Iterable<number>): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** NaN of nothing. */
export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}
