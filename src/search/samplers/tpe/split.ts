import { append } from "../../../base/lists";
import { ranksOf } from "../../fronts/dominance";
import { referenceOf, widestOf } from "../../fronts/hypervolume";
import { byWorth, type Told } from "../sampler";

/** Of one objective, good trials at most. */
const MOST_GOOD = 25;

/** Numbers of trials, each list oldest first. */
export interface Split {
  readonly good: readonly number[];
  readonly bad: readonly number[];
}

/**
 * The best tenth, and the rest. Of several objectives whole fronts are taken while they fit; of the front that does not, those that
 * dominate most together. Source: reference/search.md 2.3.
 */
export function splitTrials(told: readonly Told[], objectives: number): Split {
  const tenth = Math.ceil(0.1 * told.length);
  const count = objectives === 1 ? Math.min(tenth, MOST_GOOD) : tenth;
  const good = new Set(objectives === 1 ? bestOf(told, count) : bestFronts(told, count));
  const all = [...told.keys()];
  return { good: all.filter((k) => good.has(k)), bad: all.filter((k) => !good.has(k)) };
}

function bestOf(told: readonly Told[], count: number): readonly number[] {
  const of = (k: number) => told[k] ?? FAILED;
  return [...told.keys()].sort((a, b) => byWorth(of(a), of(b)) || a - b).slice(0, count);
}

const FAILED: Told = { point: [], violation: Number.POSITIVE_INFINITY };

function bestFronts(told: readonly Told[], count: number): readonly number[] {
  const values = (k: number) => told[k]?.values ?? [];
  const feasible = [...told.keys()].filter((k) => (told[k]?.violation ?? 1) <= 0 && values(k).length > 0);
  const ranks = ranksOf(feasible.map(values));
  const chosen: number[] = [];
  for (let rank = 0; chosen.length < Math.min(count, feasible.length); rank++) {
    const front = feasible.filter((_, at) => ranks[at] === rank);
    const room = count - chosen.length;
    const of = front.map(values);
    append(chosen, front.length <= room ? front : widestOf(of, room, referenceOf(of)).flatMap((at) => front[at] ?? []));
  }
  const isFeasible = new Set(feasible);
  const others = [...told.keys()].filter((k) => !isFeasible.has(k));
  const violation = (k: number) => told[k]?.violation ?? Number.POSITIVE_INFINITY;
  others.sort((a, b) => (violation(a) < violation(b) ? -1 : violation(a) > violation(b) ? 1 : a - b));
  return [...chosen, ...others].slice(0, count);
}
