import { searchFailure } from "../problems";
import { byWorth } from "../samplers/sampler";
import { samePoint } from "../space/space";
import { type Comparison, combinedError, compare } from "./compare";
import { type Front, frontOfTrials } from "./front";
import { type Candidate, inTurns, paramsOf, type Searched, type StudyRun } from "./runStudy";
import type { Split } from "./study";
import { objectiveValues, type Scored, type Trial, toldOf, violationOf } from "./trial";

/** What a study came to. */
export interface StudyResult {
  readonly trials: readonly Trial[];
  readonly best: Trial;
  /** Why it is that one: a sentence. */
  readonly rule: string;
  /** Of several objectives. */
  readonly front?: Front;
  /** The best few, measured on prompts that did not choose them. */
  readonly validation: readonly { readonly trial: number; readonly scored: Scored }[];
  /** On prompts that decided nothing; absent where the study keeps none. */
  readonly test?: {
    readonly best: Scored;
    /** One standard error of the combined value. */
    readonly error: number | null;
    readonly others: readonly { readonly name: string; readonly scored: Scored }[];
    readonly comparisons: readonly Comparison[];
  };
  readonly rested: boolean;
}

/** Trials that must be the same for a study to be called flat. */
const FLAT = 12;
/** Share of trials over the cap above which the ranges are too wide. Source: reference/search.md 4.2. */
const CAP_SHARE = 0.3;

/**
 * Chooses among the best on prompts that did not make them the best, and measures the chosen one beside what everybody would have tried on
 * prompts that chose nothing.
 * @param references models that the result is held against, their keys
 * @throws {AwaseError} `study/nothing-found`
 */
export async function finish(run: StudyRun, searched: Searched, references: readonly string[]): Promise<StudyResult> {
  const { study } = run;
  const checks = await checker(run);
  const trials = [...searched.trials, ...(await meanTrial(run, searched, checks))];
  const within = trials.filter((trial) => trial.state === "complete" && violationOf(trial) === 0);
  if (within.length === 0) {
    const reason = trials.findLast((trial) => trial.reason !== undefined)?.reason ?? "over its limits";
    throw searchFailure("study/nothing-found", { trials: trials.length, reason });
  }
  const one = study.combine || study.objectives.length === 1;
  const front = one ? undefined : frontOfTrials(study, trials);
  const top = one ? bestOf(run, within) : front?.knee ? [front.knee] : [];
  const validation: { trial: number; scored: Scored }[] = [];
  if (study.split.validation > 0 && one) {
    const found = await checks(
      "validation",
      top.map((trial) => ({ name: String(trial.number), candidate: pointOf(trial) })),
    );
    for (const [k, scored] of found.entries()) validation.push({ trial: top[k]?.number ?? 0, scored });
  }
  const [best, rule] = chosen(run, top, validation);
  if (study.split.test === 0)
    return { trials, best, rule, validation, rested: searched.rested, ...(front && { front }) };
  const anchors = trials.filter(({ kind }) => kind === "anchor");
  const others = [
    ...anchors.map((trial) => ({ name: trial.name ?? String(trial.number), candidate: pointOf(trial) })),
    ...references.map((key) => ({ name: key, candidate: { kind: "model", key } as const })),
  ];
  const [tested, ...found] = await checks("test", [{ name: String(best.number), candidate: pointOf(best) }, ...others]);
  if (!tested) throw new RangeError("The best trial was not tested.");
  const beside = others.flatMap(({ name }, k) => (found[k] ? [{ name, scored: found[k] }] : []));
  return {
    trials,
    best,
    rule,
    validation,
    rested: searched.rested,
    ...(front && { front }),
    test: {
      best: tested,
      error: combinedError(study, tested),
      others: beside,
      comparisons: beside.map(({ name, scored }) => compare(study, tested, scored, name)),
    },
  };
}

/** Where CMA-ES came to rest is often the best point, and was perhaps never tried. */
async function meanTrial(
  { searched: { space, inRecipe } }: StudyRun,
  { trials, sampler }: Searched,
  checks: Checks,
): Promise<readonly Trial[]> {
  const point = sampler.centre?.();
  if (!point || trials.some((trial) => samePoint(trial.point, point))) return [];
  const [scored] = await checks("search", [{ name: "mean", candidate: { kind: "point", point } }]);
  if (!scored) return [];
  const number = 1 + trials.reduce((most, trial) => Math.max(most, trial.number), -1);
  return [{ number, kind: "mean", name: "mean", point, params: paramsOf(space, point, inRecipe), ...scored }];
}

function pointOf({ point }: Trial): Candidate {
  return { kind: "point", point };
}

/** The best by the search prompts, each point once. */
function bestOf({ study }: StudyRun, within: readonly Trial[]): readonly Trial[] {
  const ranked = within.toSorted((a, b) => byWorth(toldOf(study, a), toldOf(study, b)));
  return ranked
    .filter((trial, k) => ranked.findIndex(({ point }) => samePoint(point, trial.point)) === k)
    .slice(0, study.top);
}

function chosen(
  { study }: StudyRun,
  top: readonly Trial[],
  validation: StudyResult["validation"],
): readonly [Trial, string] {
  const [first] = top;
  if (!first) throw new RangeError("There is no best trial.");
  if (validation.length === 0) {
    const several = !study.combine && study.objectives.length > 1;
    return [first, several ? "the knee of the front" : "the best of the search"];
  }
  const rank = ({ trial, scored }: StudyResult["validation"][number]) => {
    const within = scored.state === "complete" && violationOf(scored) === 0;
    return {
      trial,
      value: within ? (objectiveValues(study, scored)?.[0] ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY,
    };
  };
  const ranked = validation.map(rank).sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  const best = top.find(({ number }) => number === ranked[0]?.trial) ?? first;
  return [best, `the best of the ${top.length} best of the search on validation prompts`];
}

/** Measures candidates on one part of the prompts. */
type Checks = (
  split: Split,
  asked: readonly { readonly name: string; readonly candidate: Candidate }[],
) => Promise<readonly Scored[]>;

/** What was measured before is not measured again. */
async function checker(run: StudyRun): Promise<Checks> {
  const { checks } = await run.store.load();
  return async (split, asked) => {
    const found = new Map<number, Scored>();
    await inTurns([...asked.keys()], run.workers, async (k) => {
      const { name, candidate } = asked[k] ?? { name: "", candidate: undefined };
      if (!candidate) return;
      run.signal.throwIfAborted();
      const file = checkName(split, candidate);
      const known = checks.get(file);
      const scored = known ?? (await run.measure(candidate, split));
      if (!known) await run.store.keepCheck(file, scored);
      found.set(k, scored);
      run.onEvent?.({ type: "check", split, done: found.size, total: asked.length, name });
    });
    return [...asked.keys()].flatMap((k) => found.get(k) ?? []);
  };
}

/** What a check is kept under: the same candidate is measured once on each part. */
export function checkName(split: Split, candidate: Candidate): string {
  return `${split} ${candidate.kind === "model" ? candidate.key : JSON.stringify(candidate.point)}`;
}

/** What a person should know of how the search went: sentences. */
export function remarksOn(
  { study }: Pick<StudyRun, "study">,
  { trials, rested }: Pick<Searched, "trials" | "rested">,
): readonly string[] {
  const sampled = trials.filter(({ kind }) => kind === "sampled");
  const pruned = sampled.filter(({ state }) => state === "pruned").length;
  const last = sampled.slice(-FLAT).map((trial) => JSON.stringify(objectiveValues(study, trial) ?? null));
  return [
    ...(last.length === FLAT && new Set(last).size === 1
      ? [
          `The last ${FLAT} trials all got the same: the measure is too coarse for the search to see a difference. Add prompts, or aim at perplexity.`,
        ]
      : []),
    ...(sampled.length >= 10 && pruned > CAP_SHARE * sampled.length
      ? [`${pruned} of ${sampled.length} trials were over their limits: the ranges are too wide. Narrow them.`]
      : []),
    ...(rested
      ? [
          `The sampler came to rest after ${trials.length} of ${study.trials} trials. For more, begin another study with another seed, or give it restarts.`,
        ]
      : []),
  ];
}
