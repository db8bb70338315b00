import { own } from "../../base/own";
import { mean, meanStandardError, sum } from "../../eval/measures/statistics";
import type { Objective, Study } from "./study";
import type { Measured, Scored } from "./trial";

/** How one candidate stands to another on the same prompts. */
export interface Difference {
  /** Above 0: the first is better. */
  readonly difference: number;
  /** One standard error, from the differences prompt by prompt; `null` where they are not known. */
  readonly error: number | null;
  readonly verdict: "better" | "worse" | "cannot be told apart";
}

/** By objective, and of all of them where they are combined. */
export interface Comparison {
  readonly against: string;
  readonly objectives: Readonly<Record<string, Difference>>;
  readonly combined?: Difference;
}

/** Differences of less than so many standard errors are chance. */
const SURE = 2;

/** Compares two candidates prompt by prompt. What makes a prompt hard for both cancels, so less is needed to tell them apart. */
export function compare(study: Study, a: Scored, b: Scored, against: string): Comparison {
  const pairs = study.objectives.flatMap((objective) => {
    const [first, second] = [own(a.values, objective.name), own(b.values, objective.name)];
    return first && second ? [{ objective, ...paired(objective, first, second) }] : [];
  });
  const objectives = Object.fromEntries(
    pairs.map(({ objective, difference, error }) => [objective.name, judged(difference, error)]),
  );
  if (!study.combine || pairs.length < study.objectives.length) return { against, objectives };
  const whole = sum(pairs.map(({ objective }) => objective.weight));
  const difference = sum(pairs.map((pair) => (pair.objective.weight / whole) * pair.difference));
  const squares = pairs.map(({ objective, error }) =>
    error === null ? Number.NaN : ((objective.weight / whole) * error) ** 2,
  );
  const error = Math.sqrt(sum(squares));
  return { against, objectives, combined: judged(difference, Number.isFinite(error) ? error : null) };
}

function paired(
  { goal }: Objective,
  a: Measured,
  b: Measured,
): { readonly difference: number; readonly error: number | null } {
  const sign = goal === "high" ? 1 : -1;
  if (a.each.length === 0 || a.each.length !== b.each.length)
    return { difference: sign * (a.value - b.value), error: null };
  const differences = a.each.map((value, k) => sign * (value - (b.each[k] ?? 0)));
  const error = meanStandardError(differences);
  return { difference: mean(differences), error: Number.isFinite(error) ? error : null };
}

function judged(difference: number, error: number | null): Difference {
  const sure = error !== null && Math.abs(difference) > SURE * error;
  return { difference, error, verdict: !sure ? "cannot be told apart" : difference > 0 ? "better" : "worse" };
}

/** One standard error of a combined value, the objectives being of different prompts; `null` where one is not known. */
export function combinedError({ objectives }: Study, { values }: Pick<Scored, "values">): number | null {
  const whole = sum(objectives.map(({ weight }) => weight));
  const squares = objectives.map(({ name, weight }) => {
    const error = own(values, name)?.error;
    return typeof error === "number" ? ((weight / whole) * error) ** 2 : Number.NaN;
  });
  const error = Math.sqrt(sum(squares));
  return Number.isFinite(error) ? error : null;
}
