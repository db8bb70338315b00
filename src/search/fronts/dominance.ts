/** Values of one trial, by objective, to be minimised. */
export type Values = readonly number[];

/** At least as good in everything, and better in something. Equal ones do not dominate each other. */
export function dominates(a: Values, b: Values): boolean {
  let better = false;
  for (const [k, value] of a.entries()) {
    const other = b[k] ?? Number.NaN;
    if (!(value <= other)) return false;
    better ||= value < other;
  }
  return better;
}

/** What stands over what. */
export interface Order {
  over(a: number, b: number): boolean;
  /** Sorts whoever is over another before it. */
  compare(a: number, b: number): number;
}

/** By trial: 0 on the front that nobody dominates, 1 on the next without those, and so on. */
export function ranksOf(values: readonly Values[]): readonly number[] {
  const of = (k: number) => values[k] ?? [];
  return ranksIn(values.length, {
    over: (a, b) => dominates(of(a), of(b)),
    compare: (a, b) => lexically(of(a), of(b)),
  });
}

/**
 * The same by another order. Each is put on the first front on which nobody is over it; whoever could be was placed before, so that ten
 * thousand take no longer than they must.
 */
export function ranksIn(count: number, { over, compare }: Order): readonly number[] {
  const ranks = Array.from({ length: count }, () => 0);
  const fronts: number[][] = [];
  for (const trial of [...ranks.keys()].sort((a, b) => compare(a, b) || a - b)) {
    const found = fronts.findIndex((front) => !front.some((other) => over(other, trial)));
    const rank = found < 0 ? fronts.length : found;
    ranks[trial] = rank;
    const front = fronts[rank];
    if (front) front.unshift(trial);
    else fronts[rank] = [trial];
  }
  return ranks;
}

/** By the first objective in which they differ. */
export function lexically(a: Values, b: Values): number {
  for (const [k, value] of a.entries()) {
    const other = b[k] ?? value;
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

/** Numbers of the trials on the front, in their order. */
export function frontOf(values: readonly Values[]): readonly number[] {
  const ranks = ranksOf(values);
  return [...ranks.keys()].filter((k) => ranks[k] === 0);
}
