import { frontOf, type Values } from "../fronts/dominance";
import { hypervolume, referenceOf } from "../fronts/hypervolume";
import type { Study } from "./study";
import { objectiveValues, type Trial, violationOf } from "./trial";

/** The front of a study of several objectives. */
export interface Front {
  /** In their order; objectives turned so that less is better. */
  readonly trials: readonly { readonly trial: Trial; readonly values: Values }[];
  /** Worse than all on the front. */
  readonly reference: Values;
  /** Volume between the front and the reference after each trial that changed it. */
  readonly hypervolume: readonly (readonly [trial: number, volume: number])[];
  /** The trial farthest from the line between the ends: what the next bit of one objective costs of the other turns there. */
  readonly knee: Trial | undefined;
}

/** Of the trials within their limits. */
export function frontOfTrials(study: Study, trials: readonly Trial[]): Front {
  const within = trials.flatMap((trial) => {
    const values = objectiveValues(study, trial);
    return values && trial.state === "complete" && violationOf(trial) === 0 ? [{ trial, values }] : [];
  });
  const all = within.map(({ values }) => values);
  const front = frontOf(all).flatMap((k) => within[k] ?? []);
  const reference = referenceOf(all);
  const history: (readonly [number, number])[] = [];
  let seen: readonly Values[] = [];
  for (const { trial, values } of within) {
    const next = [...seen, values];
    seen = frontOf(next).map((k) => next[k] ?? []);
    const volume = hypervolume(seen, reference);
    if (volume !== history.at(-1)?.[1]) history.push([trial.number, volume]);
  }
  return { trials: front, reference, hypervolume: history, knee: kneeOf(front) };
}

/** After each objective was brought to [0, 1] on the front: the one with the least sum, which for two is the farthest from the line. */
function kneeOf(front: Front["trials"]): Trial | undefined {
  const ends = (front[0]?.values ?? []).map((_, k) => {
    const of = front.map(({ values }) => values[k] ?? 0);
    return [of.reduce((a, b) => Math.min(a, b)), of.reduce((a, b) => Math.max(a, b))] as const;
  });
  const sumOf = (values: Values) =>
    values.reduce((sum, value, k) => {
      const [low, high] = ends[k] ?? [0, 0];
      return sum + (high > low ? (value - low) / (high - low) : 0);
    }, 0);
  return front.toSorted((a, b) => sumOf(a.values) - sumOf(b.values))[0]?.trial;
}
