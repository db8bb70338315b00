import { own } from "../../base/own";
import type { Value } from "../../recipe/text/edit/editText";
import type { Told } from "../samplers/sampler";
import type { PruneRule } from "../scoring/pruner";
import type { Point } from "../space/space";
import type { Constraint, Study } from "./study";

/** What was measured of a candidate; plain data. NaN is `null` in JSON. */
export interface Measured {
  readonly value: number;
  readonly error: number | null;
  /** By prompt. */
  readonly each: readonly number[];
}

/** How far a candidate is beyond a limit; within it at 0 or below. */
export interface Kept {
  readonly name: string;
  readonly value: number;
  readonly excess: number;
}

/** What the guard said of a candidate. */
export interface GuardRecord {
  /** ln of relative perplexity; see `Guarded`. */
  readonly ln: number | null;
  readonly cap: number;
  readonly rule?: PruneRule;
  readonly seen: number;
  readonly prompts: number;
  readonly nll: readonly number[];
  readonly tokens: readonly number[];
}

/** What came of measuring one candidate on one part of the prompts. */
export interface Scored {
  readonly state: "complete" | "pruned" | "failed";
  /** By name of objective and constraint. */
  readonly values: Readonly<Record<string, Measured>>;
  readonly constraints: readonly Kept[];
  readonly guard?: GuardRecord;
  /** Of candidates that are as often right the one with less is better: see `answerNll`. */
  readonly tie?: number;
  /** Why it was pruned, or failed: a sentence. */
  readonly reason?: string;
  /** In all, and of those in the model: placing weights, merging them on the way, forward pass. */
  readonly seconds: number;
  readonly modelSeconds: number;
}

/** One candidate of a study. */
export interface Trial extends Scored {
  readonly number: number;
  /** `mean`: where the search came to rest. */
  readonly kind: "anchor" | "sampled" | "mean";
  /** Of an anchor. */
  readonly name?: string;
  readonly point: Point;
  readonly params: Readonly<Record<string, Value>>;
}

/** What a trial says to a sampler: objectives minimised, one if they are combined, and by how much it is beyond its limits. */
export function toldOf(study: Study, { point, ...scored }: Pick<Trial, "point"> & Scored): Told {
  const violation = violationOf(scored);
  const values = objectiveValues(study, scored);
  const seen = {
    ...(scored.guard && { seen: scored.guard.seen }),
    ...(scored.tie !== undefined && { tie: scored.tie }),
  };
  return values
    ? { point, values, violation, ...seen }
    : { point, violation: violation > 0 ? violation : Number.POSITIVE_INFINITY, ...seen };
}

/** Sum of what it is beyond its limits; Infinity where nothing came of it. */
export function violationOf({ state, constraints }: Pick<Scored, "state" | "constraints">): number {
  if (state === "failed") return Number.POSITIVE_INFINITY;
  return constraints.reduce((sum, { excess }) => sum + Math.max(0, excess), 0);
}

/** Turned so that less is better; nothing where one is missing or no number. */
export function objectiveValues(
  { objectives, combine }: Study,
  { values }: Pick<Scored, "values">,
): readonly number[] | undefined {
  const turned: number[] = [];
  for (const { name, goal } of objectives) {
    const value = own(values, name)?.value;
    if (value === undefined || !Number.isFinite(value)) return undefined;
    turned.push(goal === "high" ? -value : value);
  }
  if (!combine) return turned;
  const whole = objectives.reduce((sum, { weight }) => sum + weight, 0);
  return [objectives.reduce((sum, { weight }, k) => sum + weight * (turned[k] ?? 0), 0) / whole];
}

/** By how much a value is beyond a limit. Ratios are compared by their logarithms, as the guard does. */
export function excessOf({ measure, min, max }: Constraint, value: number): number {
  if (!Number.isFinite(value)) return Number.MAX_VALUE;
  const on = (x: number) => (measure.id === "relative-perplexity" || measure.id === "perplexity" ? Math.log(x) : x);
  return Math.max(
    max === undefined ? Number.NEGATIVE_INFINITY : on(value) - on(max),
    min === undefined ? Number.NEGATIVE_INFINITY : on(min) - on(value),
  );
}
