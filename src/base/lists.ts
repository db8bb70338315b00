/*
 * What `push(...list)` and `Math.max(...list)` do, for lists of any length: arguments of a call lie on the stack, and some hundred
 * thousand of them overflow it. The rules' test (`src/rules.test.ts`) lets no list be spread into a call.
 */

export function append<T>(into: T[], items: Iterable<T>): void {
  for (const item of items) into.push(item);
}

/** The largest value, at least `least`; NaN where one of them is NaN. */
export function largest(values: Iterable<number>, least = Number.NEGATIVE_INFINITY): number {
  let most = least;
  for (const value of values) most = Math.max(most, value);
  return most;
}

/** The smallest value, at most `most`; NaN where one of them is NaN. */
export function smallest(values: Iterable<number>, most = Number.POSITIVE_INFINITY): number {
  let least = most;
  for (const value of values) least = Math.min(least, value);
  return least;
}
