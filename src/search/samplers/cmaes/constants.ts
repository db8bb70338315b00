import { largest } from "../../../base/lists";

/** How fast a distribution learns. Source: reference/search.md 1.1 (Hansen, arXiv 1604.00772, with the 1/4 of its newer version). */
export interface Constants {
  /** Dimensions. */
  readonly n: number;
  readonly population: number;
  /** By rank, the best first. Those of the worse half are negative: what failed is moved away from. */
  readonly weights: readonly number[];
  readonly muEff: number;
  /** Of the path of the step size, its damping, the path of the covariance, its update by that path and by the points. */
  readonly cSigma: number;
  readonly dSigma: number;
  readonly cC: number;
  readonly c1: number;
  readonly cMu: number;
  /** Expected length of a vector of n normal numbers. */
  readonly chiN: number;
}

export function defaultPopulation(n: number): number {
  return 4 + Math.floor(3 * Math.log(n));
}

/** @param active without it what failed counts for nothing, to be compared with */
export function constantsOf(n: number, population = defaultPopulation(n), active = true): Constants {
  const raw = Array.from({ length: population }, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1));
  const mu = Math.floor(population / 2);
  const muEff = effective(raw.slice(0, mu));
  const c1 = 2 / ((n + 1.3) ** 2 + muEff);
  const cMu = Math.min(1 - c1, (2 * (0.25 + muEff + 1 / muEff - 2)) / ((n + 2) ** 2 + muEff));
  const negative = active
    ? Math.min(1 + c1 / cMu, 1 + (2 * effective(raw.slice(mu))) / (muEff + 2), (1 - c1 - cMu) / (n * cMu))
    : 0;
  const [up, down] = [sumOf(raw.filter((w) => w > 0)), -sumOf(raw.filter((w) => w < 0))];
  return {
    n,
    population,
    weights: raw.map((w) => (w >= 0 ? w / up : (w * negative) / down)),
    muEff,
    cC: (4 + muEff / n) / (n + 4 + (2 * muEff) / n),
    c1,
    cMu,
    ...stepSize(n, muEff, 5),
  };
}

/** For a covariance of variances alone, which can learn faster. Source: reference/search.md 1.7 (Ros and Hansen 2008). */
export function separableConstantsOf(n: number, population = defaultPopulation(n)): Constants {
  const mu = Math.floor(population / 2);
  const raw = Array.from({ length: population }, (_, i) => largest([0, Math.log(mu + 1) - Math.log(i + 1)], 0));
  const muEff = effective(raw.slice(0, mu));
  const up = sumOf(raw);
  const full =
    2 / (muEff * (n + Math.SQRT2) ** 2) + (1 - 1 / muEff) * Math.min(1, (2 * muEff - 1) / ((n + 2) ** 2 + muEff));
  const c1 = 2 / ((n + 1.3) ** 2 + muEff);
  return {
    n,
    population,
    weights: raw.map((w) => w / up),
    muEff,
    cC: 4 / (n + 4),
    c1,
    cMu: Math.min(1 - c1, ((n + 2) / 3) * full),
    ...stepSize(n, muEff, 3),
  };
}

function stepSize(n: number, muEff: number, more: number): Pick<Constants, "cSigma" | "dSigma" | "chiN"> {
  const cSigma = (muEff + 2) / (n + muEff + more);
  return {
    cSigma,
    dSigma: 1 + 2 * Math.max(0, Math.sqrt((muEff - 1) / (n + 1)) - 1) + cSigma,
    chiN: Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n)),
  };
}

/** (Σw)² / Σw²: of how many points the mean of weighted ones is worth. */
function effective(weights: readonly number[]): number {
  return sumOf(weights) ** 2 / sumOf(weights.map((w) => w * w));
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
