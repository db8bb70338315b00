import { append } from "../../base/lists";
import { searchFailure } from "../problems";
import type { Json, Sampler, SamplerOptions, Told } from "../samplers/sampler";
import type { SearchedRecipe } from "../space/searched";
import { type Point, type Space, samePoint } from "../space/space";
import type { Anchor } from "./anchors";
import type { Split, Study } from "./study";
import { type Scored, type Trial, toldOf } from "./trial";

/** What is measured: a point of the recipe, or a model as it is. */
export type Candidate =
  | { readonly kind: "point"; readonly point: Point }
  | { readonly kind: "model"; readonly key: string };

/** A round of the sampler: where it begins among the trials, and what the sampler was then. */
export interface Round {
  readonly first: number;
  readonly state: Json;
}

/** What is left of a study that was begun. */
export interface Begun {
  readonly trials: readonly Trial[];
  readonly round?: Round;
  /** Measured once more, by `checkName`. */
  readonly checks: ReadonlyMap<string, Scored>;
}

/** Where a study is kept: each piece whole or not at all, before the next is begun. */
export interface StudyStore {
  load(): Promise<Begun>;
  keepTrial(trial: Trial): Promise<void>;
  keepRound(round: Round): Promise<void>;
  keepCheck(name: string, scored: Scored): Promise<void>;
}

export type StudyEvent =
  | { readonly type: "trial"; readonly trial: Trial; readonly trials: number }
  | {
      readonly type: "check";
      readonly split: Split;
      readonly name: string;
      readonly done: number;
      readonly total: number;
    };

export interface StudyRun {
  readonly study: Study;
  readonly searched: SearchedRecipe;
  readonly anchors: readonly Anchor[];
  readonly store: StudyStore;
  /** Stops after so many trials, and can go on from there; absent: after as many as the study says. */
  readonly until?: number;
  /** Candidates that are measured at a time. */
  readonly workers: number;
  /** Measures on one part of the prompts. */
  readonly measure: (candidate: Candidate, split: Split) => Promise<Scored>;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: StudyEvent) => void;
}

/** Trials of a study, in order, and what else there is to know of the search. */
export interface Searched {
  readonly trials: readonly Trial[];
  readonly told: readonly Told[];
  readonly sampler: Sampler;
  /** The sampler had nothing more to ask. */
  readonly rested: boolean;
}

/**
 * Tries anchors, then what the sampler asks for, round by round. What was kept is not measured again: killed at any moment and begun again, it
 * tries the same points as if nothing had happened.
 * @throws {AwaseError} `study/diverged` where a kept trial is of another point
 */
export async function search(run: StudyRun): Promise<Searched> {
  const { study, searched, anchors, store } = run;
  const most = run.until ?? study.trials;
  const begun = await store.load();
  const known = new Map(begun.trials.map((trial) => [trial.number, trial]));
  const trials = new Map<number, Trial>();

  const first = anchors
    .slice(0, most)
    .map(({ name, point }, number): Planned => ({ number, kind: "anchor", name, point }));
  await measureAll(run, first, known, trials);
  const anchored = first.map(({ number }) => toldOf(study, of(trials, number)));
  const options: SamplerOptions = {
    space: searched.space,
    seed: study.seed,
    objectives: study.combine ? 1 : study.objectives.length,
    trials: study.trials,
    anchors: anchored,
    settings: study.settings,
  };

  const told: Told[] = [];
  let next = first.length;
  let sampler = study.sampler.open(options);
  const { round } = begun;
  if (round && round.first >= next && hasAll(known, next, Math.min(round.first, most))) {
    for (; next < Math.min(round.first, most); next++) {
      const trial = of(known, next);
      trials.set(next, trial);
      told.push(toldOf(study, trial));
    }
    if (next === round.first) sampler = study.sampler.open(options, { state: round.state, told: [...told] });
  }
  let rested = false;
  while (next < most) {
    const points = sampler.ask();
    rested = points.length === 0;
    if (rested) break;
    await store.keepRound({ first: next, state: sampler.save() });
    const planned = points.map((point, k): Planned => ({ number: next + k, kind: "sampled", point }));
    await measureAll(run, planned.slice(0, most - next), known, trials);
    if (next + points.length > most) break; // goes on from here when more trials are allowed
    const outcomes = planned.map(({ number }) => toldOf(study, of(trials, number)));
    sampler.tell(outcomes);
    append(told, outcomes);
    next += points.length;
  }
  return { trials: [...trials.values()].sort((a, b) => a.number - b.number), told, sampler, rested };
}

/** A trial that is to be measured. */
type Planned = Pick<Trial, "number" | "kind" | "name" | "point">;

/** Measures what is not known, several at a time, and keeps each as soon as it is there. */
async function measureAll(
  { study, searched, store, measure, workers, signal, onEvent, until }: StudyRun,
  planned: readonly Planned[],
  known: ReadonlyMap<number, Trial>,
  into: Map<number, Trial>,
): Promise<void> {
  await inTurns(planned, workers, async (each) => {
    const kept = known.get(each.number);
    if (kept && !(samePoint(kept.point, each.point) && kept.kind === each.kind)) {
      throw searchFailure("study/diverged", { trial: each.number });
    }
    if (kept) {
      into.set(each.number, kept);
      return;
    }
    signal.throwIfAborted();
    const scored = await measure({ kind: "point", point: each.point }, "search");
    const trial: Trial = { ...each, params: paramsOf(searched.space, each.point, searched.inRecipe), ...scored };
    await store.keepTrial(trial);
    into.set(each.number, trial);
    onEvent?.({ type: "trial", trial, trials: until ?? study.trials });
  });
}

/** Values of a point by the names of their parameters, as they stand in the recipe. */
export function paramsOf(space: Space, point: Point, inRecipe: SearchedRecipe["inRecipe"]): Trial["params"] {
  return Object.fromEntries(
    space.flatMap(({ name }, k) => {
      const value = inRecipe(point, k);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/** Does work on each item, so many at a time, begun in their order. The first failure ends it when what was begun is done. */
export async function inTurns<T>(items: readonly T[], width: number, work: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  let failed: { readonly error: unknown } | undefined;
  const lane = async () => {
    for (const item of waiting) {
      if (failed) return;
      try {
        await work(item);
      } catch (error) {
        failed ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, width) }, lane));
  if (failed) throw failed.error;
}

function hasAll(known: ReadonlyMap<number, Trial>, from: number, to: number): boolean {
  for (let number = from; number < to; number++) if (!known.has(number)) return false;
  return true;
}

function of(trials: ReadonlyMap<number, Trial>, number: number): Trial {
  const trial = trials.get(number);
  if (trial) return trial;
  throw new RangeError(`Trial ${number} was not measured.`);
}
