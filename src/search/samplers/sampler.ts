import type { Point, Space } from "../space/space";

/** What came of a point. Objectives are minimised; whoever maximises turns the sign. */
export interface Told {
  readonly point: Point;
  /** One for each objective; absent: it failed, or was stopped before there were any. */
  readonly values?: readonly number[];
  /** Of one objective: what parts it from those with the same value, less is better. */
  readonly tie?: number;
  /** Sum of what it is over its limits: 0 is within all of them. Infinity: nothing came of it at all. */
  readonly violation: number;
  /** It was stopped after so much of it (prompts, say). */
  readonly seen?: number;
}

/** Plain data. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What a person may set of a sampler; each takes what it knows. */
export interface SamplerSettings {
  /** Points of a generation (cma-es, nsga-ii) or of a round (tpe). */
  readonly population?: number;
  /** First step of cma-es, of a range that is 1 wide. */
  readonly sigma?: number;
  /** Restarts of cma-es with twice the population, when it has come to rest (IPOP). */
  readonly restarts?: number;
  /** Random points before tpe begins to learn; anchors count. */
  readonly startup?: number;
  /** Whether tpe looks at all parameters together. */
  readonly multivariate?: boolean;
  /** Values that grid tries of each number. */
  readonly levels?: number;
}

export interface SamplerOptions {
  readonly settings?: SamplerSettings;
  readonly space: Space;
  readonly seed: number;
  /** Number of objectives. */
  readonly objectives: number;
  /** Points that will be asked for in all, about; populations are made to fit. */
  readonly trials: number;
  /** What is known before the first point: parents alone, the uniform merge. */
  readonly anchors: readonly Told[];
}

/**
 * Proposes points, round by round: all points of a round may be tried at once and in any order, and when all of them are told the next
 * round is made. So the points depend on the seed and on what was told, and not on how many are tried at a time.
 */
export interface Sampler {
  /** The points of the round; the same until it is told. None: the search has come to its end by itself. */
  ask(): readonly Point[];
  /** What came of each point of the round, in its order. */
  tell(round: readonly Told[]): void;
  /** Where it would look next if it were not to draw: the middle of what it has learnt, where it has such a thing. */
  centre?(): Point;
  /** All that is needed to go on from here, beside what was told. @see SamplerFactory */
  save(): Json;
}

export interface SamplerFactory<Id extends string = string> {
  readonly id: Id;
  /** Whether it can deal with parameters that are choices, and with several objectives. */
  readonly choices: boolean;
  readonly manyObjectives: boolean;
  /** Whether it draws: of one seed little can be said. */
  readonly random: boolean;
  /**
   * @param resumed what `save` gave, and the whole rounds that had been told by then; the sampler goes on as if nothing had happened
   */
  open(options: SamplerOptions, resumed?: { readonly state: Json; readonly told: readonly Told[] }): Sampler;
}

function order(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of one objective: better first, then what is over its limits by least, then what failed. Equal ones keep their order. */
export function byWorth(a: Told, b: Told): number {
  const worth = ({ values, violation }: Told): readonly [number, number] => {
    const value = values?.[0];
    if (violation <= 0 && value !== undefined && !Number.isNaN(value)) return [0, value];
    return [violation > 0 && Number.isFinite(violation) ? 1 : 2, violation];
  };
  const [classA, valueA] = worth(a);
  const [classB, valueB] = worth(b);
  return classA - classB || order(valueA, valueB) || order(a.tie ?? 0, b.tie ?? 0);
}
