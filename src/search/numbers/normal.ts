/* The standard normal distribution in f64, good far into both tails. */

const SQRT_PI = Math.sqrt(Math.PI);
const LN_SQRT_TAU = Math.log(2 * Math.PI) / 2;

/** From here on a continued fraction is shorter than the series. */
const FAR = 2.5;

/** 1 - erf(x) for x >= 0, as exp(-x²) times a factor that neither over- nor underflows: `[factor, -x²]`. */
function complement(x: number): readonly [factor: number, exponent: number] {
  if (x < FAR) {
    // erf(x) = 2/√π e^(-x²) Σ 2^k x^(2k+1) / (2k+1)!!
    let term = x;
    let sum = x;
    for (let k = 1; term > 1e-18 * sum; k++) {
      term *= (2 * x * x) / (2 * k + 1);
      sum += term;
    }
    const whole = Math.exp(x * x);
    return [whole - (2 / SQRT_PI) * sum, -x * x];
  }
  // erfc(x) = e^(-x²)/√π · 1/(x + ½/(x + 1/(x + 3/2/(x + …))))
  let tail = x;
  for (let k = 60; k >= 1; k--) tail = x + k / 2 / tail;
  return [1 / (SQRT_PI * tail), -x * x];
}

/** Φ(x): the probability of a value below x. */
export function normalBelow(x: number): number {
  const [factor, exponent] = complement(Math.abs(x) / Math.SQRT2);
  const tail = (factor * Math.exp(exponent)) / 2;
  return x < 0 ? tail : 1 - tail;
}

/** ln Φ(x), also where Φ(x) is no number any more. */
export function lnNormalBelow(x: number): number {
  if (x > 0) return Math.log1p(-normalBelow(-x));
  const [factor, exponent] = complement(-x / Math.SQRT2);
  return Math.log(factor / 2) + exponent;
}

/** ln of the density at x. */
export function lnNormalDensity(x: number): number {
  return (-x * x) / 2 - LN_SQRT_TAU;
}

/** ln(Φ(b) - Φ(a)) for a < b: the side is taken on which the two differ most. */
export function lnNormalBetween(a: number, b: number): number {
  if (a > 0) return lnNormalBetween(-b, -a);
  const upper = lnNormalBelow(b);
  return upper + Math.log1p(-Math.exp(lnNormalBelow(a) - upper));
}

/**
 * The x with Φ(x) = p, for p in (0, 1). A rational guess (Acklam's, to 1e-9), made exact by one step of Halley's.
 */
export function normalQuantile(p: number): number {
  if (p > 0.5) return -normalQuantile(1 - p);
  const guess = p < 0.02425 ? tailGuess(p) : middleGuess(p);
  const error = (normalBelow(guess) - p) / Math.exp(lnNormalDensity(guess));
  return Number.isFinite(error) ? guess - error / (1 + (guess * error) / 2) : guess;
}

function tailGuess(p: number): number {
  const q = Math.sqrt(-2 * Math.log(p));
  const above = polynomial(
    [
      -7.784894002430293e-3, -3.223964580411365e-1, -2.400758277161838, -2.549732539343734, 4.374664141464968,
      2.938163982698783,
    ],
    q,
  );
  return above / polynomial([7.784695709041462e-3, 3.224671290700398e-1, 2.445134137142996, 3.754408661907416, 1], q);
}

function middleGuess(p: number): number {
  const q = p - 0.5;
  const above = polynomial(
    [
      -3.969683028665376e1, 2.209460984245205e2, -2.759285104469687e2, 1.38357751867269e2, -3.066479806614716e1,
      2.506628277459239,
    ],
    q * q,
  );
  const below = polynomial(
    [-5.447609879822406e1, 1.615858368580409e2, -1.556989798598866e2, 6.680131188771972e1, -1.328068155288572e1, 1],
    q * q,
  );
  return (q * above) / below;
}

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
