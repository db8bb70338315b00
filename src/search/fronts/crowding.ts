import type { Values } from "./dominance";

/**
 * How much room each trial of a front has: for each objective the gap between its neighbours over the range, and without end at the ends.
 * An objective that is the same for all says nothing. Source: reference/search.md 2.2.
 */
export function crowdingOf(front: readonly Values[]): readonly number[] {
  const crowding = front.map(() => 0);
  const objectives = front[0]?.length ?? 0;
  for (let k = 0; k < objectives; k++) {
    const order = [...front.keys()].sort((a, b) => at(front, a, k) - at(front, b, k));
    const [first, last] = [order[0] ?? 0, order.at(-1) ?? 0];
    const range = at(front, last, k) - at(front, first, k);
    if (!(range > 0)) continue;
    for (const [place, trial] of order.entries()) {
      const [before, after] = [order[place - 1], order[place + 1]];
      const gap =
        before === undefined || after === undefined
          ? Number.POSITIVE_INFINITY
          : at(front, after, k) - at(front, before, k);
      crowding[trial] = (crowding[trial] ?? 0) + gap / range;
    }
  }
  return crowding;
}

function at(front: readonly Values[], trial: number, objective: number): number {
  return front[trial]?.[objective] ?? 0;
}
