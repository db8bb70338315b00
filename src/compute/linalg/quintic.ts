/** a·x + b·x³ + c·x⁵. */
export type Quintic = readonly [a: number, b: number, c: number];

/** The Newton–Schulz polynomial of degree 5: near 1 each step triples the right digits. */
export const SETTLING: Quintic = [15 / 8, -10 / 8, 3 / 8];

/** Share of the upper end below which values are not looked at: else large values would be thrown down to where rounding is felt. */
const CUSHION = 0.024_073_274_241_827_61;

/**
 * The odd polynomial of degree 5 that brings [lower, upper] nearest to 1, by Remez exchanges, with the cushion of "The Polar Express"
 * (arXiv 2505.16932, algorithm 1). It brings values into [p(lower), 2 − p(lower)].
 */
export function quinticFor(lower: number, upper: number): Quintic {
  const from = Math.max(lower, CUSHION * upper);
  const [a, b, c] = minimax(from, upper);
  if (from === lower) return [a, b, c];
  const at = (x: number) => x * (a + x * x * (b + c * x * x));
  const rescale = 2 / (at(lower) + at(upper));
  return [a * rescale, b * rescale, c * rescale];
}

function minimax(lower: number, upper: number): Quintic {
  const [a, b, c] = SETTLING;
  if (1 - lower / upper <= 1e-4) return [a / upper, b / upper ** 3, c / upper ** 5];
  let [inner, outer] = [(3 * lower + upper) / 4, (lower + 3 * upper) / 4];
  let found = solve([lower, inner, outer, upper]);
  for (let step = 0; step < 40; step++) {
    const [a, b, c, error] = found;
    const root = Math.sqrt(9 * b * b - 20 * a * c);
    inner = Math.sqrt((-3 * b - root) / (10 * c));
    outer = Math.sqrt((-3 * b + root) / (10 * c));
    found = solve([lower, inner, outer, upper]);
    if (Math.abs(found[3] - error) <= 1e-14) break;
  }
  return [found[0], found[1], found[2]];
}

/** a, b, c and the error E with p(x) = 1 ∓ E at four points, in turn. */
function solve(points: readonly number[]): [number, number, number, number] {
  const rows = points.map((x, at) => [x, x ** 3, x ** 5, at % 2 === 0 ? 1 : -1, 1]);
  for (let k = 0; k < 4; k++) {
    const pivot = rows.slice(k).reduce((best, row) => (Math.abs(row[k] ?? 0) > Math.abs(best[k] ?? 0) ? row : best));
    const at = rows.indexOf(pivot);
    [rows[k], rows[at]] = [pivot, rows[k] ?? []];
    for (const row of rows) {
      if (row === pivot) continue;
      const factor = (row[k] ?? 0) / (pivot[k] ?? 1);
      for (let j = k; j < 5; j++) row[j] = (row[j] ?? 0) - factor * (pivot[j] ?? 0);
    }
  }
  const [a = 0, b = 0, c = 0, error = 0] = rows.map((row, k) => (row[4] ?? 0) / (row[k] ?? 1));
  return [a, b, c, error];
}
