import type { Doubles } from "../../base/bytes";
import type { Matrix } from "./matrix";

/** Products with a vector: few beside what one product of matrices takes. */
const STEPS = 24;

/** The largest eigenvalue of a symmetric positive semi-definite matrix by the power method: never above it, and some per cent below at most. */
export function largestEigenvalue(gram: Matrix): number {
  return powerMethod(gram, (_, y) => y, undefined).value;
}

/**
 * The smallest eigenvalue, by the power method on `shift` − G: never below it but for rounding.
 * @param shift no smaller than the largest eigenvalue
 * @param start a vector of a matrix with the same eigenvectors, so that what is known goes on
 */
export function smallestEigenvalue(gram: Matrix, shift: number, start?: Doubles) {
  const { value, vector } = powerMethod(gram, (x, y) => shift * x - y, start);
  return { value: shift - value, vector };
}

function powerMethod({ rows: n, data }: Matrix, change: (x: number, y: number) => number, start: Doubles | undefined) {
  let x = start ?? Float64Array.from({ length: n }, (_, i) => Math.sin(1 + i * 1.7) + 0.1);
  let value = 0;
  for (let step = 0; step < STEPS; step++) {
    const norm = Math.hypot(1e-300, Math.sqrt(x.reduce((sum, each) => sum + each * each, 0)));
    x = x.map((each) => each / norm);
    const y = new Float64Array(n);
    value = 0;
    for (let i = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0, at = i * n; j < n; j++) sum += (data[at + j] ?? 0) * (x[j] ?? 0);
      const changed = change(x[i] ?? 0, sum);
      y[i] = changed;
      value += changed * (x[i] ?? 0);
    }
    x = y;
  }
  return { value, vector: x };
}
