import { eigen } from "../../numbers/eigen";
import { type Constants, constantsOf, separableConstantsOf } from "./constants";

type Vector = readonly number[];

/** A normal distribution that is being learnt; plain data. x = mean + sigma y, y of covariance C. */
export interface Learnt {
  readonly mean: Vector;
  readonly sigma: number;
  /** C row by row; of a separable one its diagonal alone. */
  readonly covariance: Vector;
  readonly pathSigma: Vector;
  readonly pathC: Vector;
  readonly generation: number;
}

/** What a generation does with the distribution it was drawn from. */
export interface Shape {
  /** Of one standard deviation, by coordinate, without sigma. */
  readonly deviations: Vector;
  /** y = C^½ z with the symmetric root, of a vector of normal numbers. */
  draw(z: Vector): Vector;
  /** C^-½ y with the same root. */
  whiten(y: Vector): Vector;
}

export interface LearnerOptions {
  readonly population?: number | undefined;
  readonly separable?: boolean;
  readonly active?: boolean;
}

/** The rules by which a distribution learns: they are of a number of dimensions, the distribution is data. */
export interface Learner {
  readonly constants: Constants;
  begin(mean: Vector, sigma: number): Learnt;
  shape(learnt: Learnt): Shape;
  /** @param ranked y of all points of the generation, the best first */
  next(learnt: Learnt, shape: Shape, ranked: readonly Vector[]): Learnt;
}

/** Eigenvalues below this part of the largest are rounding. */
const FLOOR = 1e-28;

/** Covariance matrix adaptation, one generation at a time. Source: reference/search.md 1.2. */
export function learner(n: number, { population, separable = false, active = true }: LearnerOptions = {}): Learner {
  const constants = separable ? separableConstantsOf(n, population) : constantsOf(n, population, active);
  const { weights, muEff, cSigma, dSigma, cC, c1, cMu, chiN } = constants;
  const zero = Array.from({ length: n }, () => 0);
  const weightSum = weights.reduce((sum, w) => sum + w, 0);

  return {
    constants,
    begin: (mean, sigma) => ({
      mean,
      sigma,
      covariance: separable
        ? zero.map(() => 1)
        : Array.from({ length: n * n }, (_, at) => (at % (n + 1) === 0 ? 1 : 0)),
      pathSigma: zero,
      pathC: zero,
      generation: 0,
    }),
    shape: ({ covariance }) => (separable ? separableShape(covariance) : fullShape(covariance, n)),
    next({ mean, sigma, covariance, pathSigma, pathC, generation }, shape, ranked) {
      const step = weighted(ranked, weights, n);
      const growth = Math.sqrt(cSigma * (2 - cSigma) * muEff);
      const whitened = shape.whiten(step);
      const sigmaPath = pathSigma.map((p, i) => (1 - cSigma) * p + growth * (whitened[i] ?? 0));
      const length = Math.sqrt(squareOf(sigmaPath));
      const done = generation + 1;
      const begun = Math.sqrt(1 - (1 - cSigma) ** (2 * done));
      const h = length / begun < (1.4 + 2 / (n + 1)) * chiN ? 1 : 0;
      const along = h * Math.sqrt(cC * (2 - cC) * muEff);
      const cPath = pathC.map((p, i) => (1 - cC) * p + along * (step[i] ?? 0));
      const decay = 1 + c1 * (1 - h) * cC * (2 - cC) - c1 - cMu * weightSum;
      const next = Float64Array.from(covariance, (c) => decay * c);
      const add = separable ? addSquares : addProducts;
      add(next, cPath, c1);
      for (const [k, y] of ranked.entries()) {
        const w = weights[k] ?? 0;
        // Negative weights are scaled by the length of their points, so that C stays positive definite.
        if (w !== 0) add(next, y, cMu * (w > 0 ? w : (w * n) / squareOf(shape.whiten(y))));
      }
      return {
        mean: mean.map((m, i) => m + sigma * (step[i] ?? 0)),
        sigma: sigma * Math.exp(Math.min(1, (cSigma / dSigma) * (length / chiN - 1))),
        covariance: [...next],
        pathSigma: sigmaPath,
        pathC: cPath,
        generation: done,
      };
    },
  };
}

/** The largest standard deviation, without sigma. */
export function widest({ covariance, mean }: Learnt): number {
  const n = mean.length;
  const stride = covariance.length === n ? 1 : n + 1;
  let most = 0;
  for (let at = 0; at < covariance.length; at += stride) most = Math.max(most, covariance[at] ?? 0);
  return Math.sqrt(most);
}

function separableShape(variances: Vector): Shape {
  const deviations = variances.map((v) => Math.sqrt(Math.max(v, Number.MIN_VALUE)));
  return {
    deviations,
    draw: (z) => deviations.map((d, i) => d * (z[i] ?? 0)),
    whiten: (y) => deviations.map((d, i) => (y[i] ?? 0) / d),
  };
}

function fullShape(covariance: Vector, n: number): Shape {
  const { values, vectors } = eigen(covariance, n);
  const floor = FLOOR * values.reduce((a, b) => Math.max(a, b), 0);
  const roots = values.map((value) => Math.sqrt(Math.max(value, floor)));
  const inverses = roots.map((root) => (root > 0 ? 1 / root : 0));
  /** B diag(factors) Bᵀ v */
  const through = (v: Vector, factors: Float64Array) => {
    const made: number[] = [];
    for (let i = 0; i < n; i++) made.push(0);
    for (let k = 0; k < n; k++) {
      let part = 0;
      for (let i = 0; i < n; i++) part += (vectors[i * n + k] ?? 0) * (v[i] ?? 0);
      part *= factors[k] ?? 0;
      for (let i = 0; i < n; i++) made[i] = (made[i] ?? 0) + part * (vectors[i * n + k] ?? 0);
    }
    return made;
  };
  return {
    deviations: Array.from({ length: n }, (_, i) => Math.sqrt(Math.max(covariance[i * (n + 1)] ?? 0, 0))),
    draw: (z) => through(z, roots),
    whiten: (y) => through(y, inverses),
  };
}

/** Σ of the better half, by its weights. */
function weighted(vectors: readonly Vector[], weights: Vector, n: number): Vector {
  const made = Array.from({ length: n }, () => 0);
  for (const [k, vector] of vectors.entries()) {
    const weight = weights[k] ?? 0;
    if (weight <= 0) break;
    for (let i = 0; i < n; i++) made[i] = (made[i] ?? 0) + weight * (vector[i] ?? 0);
  }
  return made;
}

/** matrix += factor · v vᵀ */
function addProducts(matrix: Float64Array, v: Vector, factor: number): void {
  const n = v.length;
  for (let i = 0; i < n; i++) {
    const row = factor * (v[i] ?? 0);
    for (let j = 0; j < n; j++) matrix[i * n + j] = (matrix[i * n + j] ?? 0) + row * (v[j] ?? 0);
  }
}

/** The diagonal of that alone. */
function addSquares(diagonal: Float64Array, v: Vector, factor: number): void {
  for (let i = 0; i < v.length; i++) diagonal[i] = (diagonal[i] ?? 0) + factor * (v[i] ?? 0) ** 2;
}

function squareOf(vector: Vector): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] ?? 0) ** 2;
  return sum;
}
