import type { Doubles } from "../../base/bytes";
import type { Alignment } from "../fit/alignment";

/** The donor's rows in the base's space with lengths that fit there. */
export interface PlacedRows {
  /** By pair: what P(i) = s·q + μ_b is multiplied by. */
  readonly factors: Doubles;
  /** By pair: cosine of that and the base's row, both less μ_b. */
  readonly cosines: Doubles;
}

/**
 * Lengths as those of the base's rows: one factor for all, so that the medians are equal; then, where it is clipped, what is longer
 * than c0 = m + q (mean and deviation of the base's lengths) is drawn in towards c1 = m + 3q. Cosines are of what comes of that.
 * Source: reference sections 3 and 4.
 */
export function placeRows({ sums, scale, meanBase }: Alignment, softClip: boolean): PlacedRows {
  const ofMean = meanBase.reduce((sum, value) => sum + value * value, 0);
  const lengths = sums.turned.map((square, at) =>
    Math.sqrt(Math.max(0, scale * scale * square + 2 * scale * (sums.turnedMean[at] ?? 0) + ofMean)),
  );
  const factors = matchLengths(lengths, sums.baseLengths, softClip);
  const cosines = factors.map((factor, at) => {
    // P − μ_b = a·q + b·μ_b
    const [a, b] = [factor * scale, factor - 1];
    const [turned, turnedMean] = [sums.turned[at] ?? 0, sums.turnedMean[at] ?? 0];
    const square = a * a * turned + 2 * a * b * turnedMean + b * b * ofMean;
    const product = a * (sums.turnedBase[at] ?? 0) + b * (sums.meanBase[at] ?? 0);
    const both = Math.sqrt(Math.max(0, square) * (sums.baseSquares[at] ?? 0));
    return both === 0 ? 0 : Math.max(-1, Math.min(1, product / both)); // a row without a length has no direction
  });
  return { factors, cosines };
}

/** By row: what it is multiplied by. */
export function matchLengths(lengths: Doubles, baseLengths: Doubles, softClip: boolean): Doubles {
  const factor = median(baseLengths) / median(lengths);
  const n = Math.max(1, baseLengths.length);
  const mean = baseLengths.reduce((sum, value) => sum + value, 0) / n;
  const deviation = Math.sqrt(baseLengths.reduce((sum, value) => sum + (value - mean) ** 2, 0) / n);
  const [c0, c1] = [mean + deviation, mean + 3 * deviation];
  return lengths.map((length) => {
    const matched = length * factor;
    if (!softClip || matched <= c0 || !(c1 > c0)) return factor;
    return (factor * (c0 + (c1 - c0) * Math.tanh((matched - c0) / (c1 - c0)))) / matched;
  });
}

function median(values: Doubles): number {
  const sorted = values.slice().sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
