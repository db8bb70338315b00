import { normalBelow, normalQuantile } from "../../numbers/normal";

/** Of one whole number on [0, 1]: where it is, and how its spread differs from that of the distribution. */
export interface Spread {
  readonly mean: number;
  /** Factor of its deviation. */
  readonly factor: number;
}

/**
 * Keeps a whole number from being settled before it was tried: its neighbours keep a probability of `margin` / 2 each, or of `margin` where
 * there is one. The mean is moved and the spread widened as little as that takes. Source: Hamano and others, arXiv 2205.13482, 3.
 * @param borders between its values, ascending
 * @param deviation of the distribution, without the factor
 */
export function withMargin(
  { mean, factor }: Spread,
  borders: readonly number[],
  deviation: number,
  margin: number,
): Spread {
  const above = borders.findIndex((border) => border >= mean);
  const [first, last] = [borders[0], borders.at(-1)];
  if (first === undefined || last === undefined) return { mean, factor };
  const scale = deviation * factor;
  if (above <= 0) {
    const border = above === 0 ? first : last;
    const distance = Math.abs(mean - border);
    const most = -normalQuantile(margin) * scale;
    return { mean: border + (mean < border ? -1 : 1) * Math.min(distance, most), factor };
  }
  const [low, up] = [borders[above - 1] ?? first, borders[above] ?? last];
  const below = normalBelow((low - mean) / scale);
  const beyond = normalBelow((mean - up) / scale);
  const within = 1 - below - beyond;
  const least = margin / 2;
  const [kept, keptUp] = [Math.max(below, least), Math.max(beyond, least)];
  const surplus = (1 - kept - keptUp - within) / (kept + keptUp + within - 3 * least);
  const bounded = (p: number) => Math.min(0.5 - 1e-10, Math.max(1e-10, p));
  const zLow = -normalQuantile(bounded(kept + surplus * (kept - least)));
  const zUp = -normalQuantile(bounded(keptUp + surplus * (keptUp - least)));
  return { mean: (low * zUp + up * zLow) / (zLow + zUp), factor: (up - low) / (deviation * (zLow + zUp)) };
}
