import { frontOf, type Values } from "./dominance";

/**
 * Volume that some trial dominates and that dominates the reference point. Two objectives are swept, more are cut into exclusive parts
 * (WFG). Trials that are not better than the reference in everything count for nothing.
 */
export function hypervolume(values: readonly Values[], reference: Values): number {
  const inside = values.filter((value) => value.every((v, k) => v < (reference[k] ?? Number.NEGATIVE_INFINITY)));
  const front = frontOf(inside).map((k) => inside[k] ?? []);
  return reference.length === 2 ? swept(front, reference) : exclusive(distinct(front), reference);
}

function swept(front: readonly Values[], [r1 = 0, r2 = 0]: Values): number {
  let volume = 0;
  let floor = r2;
  for (const [y1 = 0, y2 = 0] of front.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0) || (a[1] ?? 0) - (b[1] ?? 0))) {
    volume += Math.max(0, floor - y2) * (r1 - y1);
    floor = Math.min(floor, y2);
  }
  return volume;
}

/** The box of each trial, without what the later ones have of it. */
function exclusive(front: readonly Values[], reference: Values): number {
  let volume = 0;
  for (const [k, value] of front.entries()) {
    const others = front.slice(k + 1).map((other) => other.map((v, j) => Math.max(v, value[j] ?? 0)));
    const shared = distinct(frontOf(others).map((at) => others[at] ?? []));
    const box = value.reduce((product, v, j) => product * ((reference[j] ?? 0) - v), 1);
    volume += box - (shared.length > 0 ? exclusive(shared, reference) : 0);
  }
  return volume;
}

function distinct(front: readonly Values[]): readonly Values[] {
  return [...new Map(front.map((value) => [value.join(), value])).values()];
}

/** A point a little worse than the worst of a front: 1.1 or 0.9 times it, whatever is worse. Source: reference/search.md 2.3. */
export function referenceOf(front: readonly Values[]): Values {
  return (front[0] ?? []).map((_, k) => {
    const worst = front.reduce((most, value) => Math.max(most, value[k] ?? most), Number.NEGATIVE_INFINITY);
    const beyond = Math.max(1.1 * worst, 0.9 * worst);
    return beyond === 0 ? 1e-12 : beyond;
  });
}

/** Numbers of so many trials that dominate much together, chosen one after the other by what each adds. */
export function widestOf(front: readonly Values[], count: number, reference: Values): readonly number[] {
  const chosen: number[] = [];
  const left = new Set(front.keys());
  while (chosen.length < count && left.size > 0) {
    let best = { at: -1, volume: Number.NEGATIVE_INFINITY };
    for (const at of left) {
      const reached = hypervolume(
        [...chosen, at].map((k) => front[k] ?? []),
        reference,
      );
      if (reached > best.volume) best = { at, volume: reached };
    }
    chosen.push(best.at);
    left.delete(best.at);
  }
  return chosen;
}
