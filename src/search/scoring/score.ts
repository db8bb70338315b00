import { AwaseError, isAbort } from "../../base/errors";
import type { BaseCache } from "../../eval/baseCache";
import { evaluate } from "../../eval/evaluate";
import type { Measured as MeasuredModel } from "../../eval/measures/measured";
import { mean } from "../../eval/measures/statistics";
import { type Evaluation, measuresFor } from "../../eval/registry";
import type { PositionRule, Prompt } from "../../eval/types";
import type { Aim, Constraint, Study } from "../study/study";
import { excessOf, type GuardRecord, type Kept, type Measured, type Scored } from "../study/trial";
import { answerNll } from "./companion";
import { guarded } from "./pruner";

export interface ScoreOptions {
  readonly study: Study;
  /** The part of each set that is asked, by name. */
  readonly prompts: (file: string) => readonly Prompt[];
  readonly subject: MeasuredModel;
  /** The model that an aim compares with. */
  readonly baseOf: (aim: Aim) => MeasuredModel | undefined;
  readonly cache: BaseCache;
  readonly signal?: AbortSignal;
}

/** Where divergence is measured. */
const POSITIONS: PositionRule = "tail:8";

/**
 * Measures one candidate: first what may end it early, then what needs one pass, then what is generated; a candidate beyond its limits pays for no
 * more than shows that.
 * @throws an `AbortError` alone: what fails is a score too
 */
export async function score(options: ScoreOptions): Promise<Omit<Scored, "seconds" | "modelSeconds">> {
  const got = new Map<string, Measured>();
  const values = () => Object.fromEntries(got);
  const constraints: Kept[] = [];
  let guard: GuardRecord | undefined;
  try {
    for (const constraint of options.study.constraints) {
      if (!isCap(constraint)) continue;
      const found = await guardOf(constraint, options);
      guard ??= found.guard;
      got.set(constraint.name, found.measured);
      constraints.push(found.kept);
      if (found.reason !== undefined)
        return { state: "pruned", values: values(), constraints, reason: found.reason, ...(guard && { guard }) };
    }
    const others = options.study.constraints.filter((constraint) => !isCap(constraint));
    for (const group of groupsOf([...others, ...options.study.objectives])) {
      const evaluation = await measured(group, options);
      for (const aim of group) {
        const reading = aim.measure.read(evaluation);
        if (!reading) throw new Error(`${aim.name} found nothing to measure in its prompts.`);
        const { value, each, error } = reading;
        got.set(aim.name, { value, each, error: Number.isFinite(error) ? error : null });
      }
    }
    for (const constraint of others)
      constraints.push(keptOf(constraint, got.get(constraint.name)?.value ?? Number.NaN));
    const tie = await tieOf(options);
    return {
      state: "complete",
      values: values(),
      constraints,
      ...(guard && { guard }),
      ...(Number.isFinite(tie) && { tie }),
    };
  } catch (error) {
    if (isAbort(error)) throw error;
    const reason = error instanceof AwaseError ? `${error.code}: ${error.message}` : String(error);
    return { state: "failed", values: values(), constraints, reason, ...(guard && { guard }) };
  }
}

/** Of a search for one accuracy, or for the mean of several, how likely the right answers are; else NaN. */
async function tieOf({ study: { objectives, combine }, subject, prompts, signal }: ScoreOptions): Promise<number> {
  if (objectives.length > 1 && !combine) return Number.NaN;
  const shares = objectives.filter(({ measure }) => measure.share);
  const found: number[] = [];
  for (const { prompts: file } of shares) found.push(await answerNll(subject, prompts(file), signal));
  return mean(found);
}

/** Whether a limit is one that the guard can hold before everything is measured. */
function isCap({ measure, max, min }: Constraint): boolean {
  return measure.id === "relative-perplexity" && max !== undefined && min === undefined;
}

async function guardOf(
  constraint: Constraint,
  { subject, prompts, baseOf, cache, signal }: ScoreOptions,
): Promise<{
  readonly measured: Measured;
  readonly kept: Kept;
  readonly guard: GuardRecord;
  readonly reason?: string;
}> {
  const cap = constraint.max ?? Number.NaN;
  const base = baseOf(constraint);
  const asked = prompts(constraint.prompts);
  const found = base && (await guarded({ subject, base, prompts: asked, cap, cache, ...(signal && { signal }) }));
  if (!found) throw new Error(`The base cuts the prompts of ${constraint.prompts} into other tokens.`);
  const { ln, error, rule, seen, scores } = found;
  const value = Math.exp(ln);
  const excess = Number.isFinite(ln) ? ln - Math.log(cap) : Number.MAX_VALUE;
  const guard: GuardRecord = {
    ln: Number.isFinite(ln) ? ln : null,
    cap,
    seen,
    prompts: found.prompts,
    nll: scores.map(({ nll }) => nll),
    tokens: scores.map(({ tokens }) => tokens),
    ...(rule && { rule }),
  };
  const each = scores.map(({ nll, tokens }) => nll / Math.max(1, tokens));
  const measured = { value, each, error: Number.isFinite(error) ? value * error : null };
  const over = rule ?? (excess > 0 ? "over" : undefined);
  return {
    measured,
    kept: { name: constraint.name, value, excess },
    guard,
    ...(over && { reason: SAY[over](found.seen, found.prompts, value, cap) }),
  };
}

const SAY = {
  lossless: (seen: number, prompts: number, value: number, cap: number) =>
    `guard: after ${seen} of ${prompts} prompts relative perplexity is certainly above ${value.toPrecision(4)}; ${cap} is allowed.`,
  statistical: (seen: number, prompts: number, value: number, cap: number) =>
    `guard: after ${seen} of ${prompts} prompts relative perplexity is ${value.toPrecision(4)}, above ${cap} by more than two standard errors.`,
  "not-finite": (seen: number) => `guard: NaN or Inf within the first ${seen} prompts.`,
  over: (_: number, prompts: number, value: number, cap: number) =>
    `guard: relative perplexity is ${value.toPrecision(4)} over all ${prompts} prompts; ${cap} is allowed.`,
} as const;

function keptOf(constraint: Constraint, value: number): Kept {
  return { name: constraint.name, value, excess: excessOf(constraint, value) };
}

/** Aims that one evaluation answers; what is generated comes last. */
function groupsOf(aims: readonly Aim[]): readonly (readonly Aim[])[] {
  const groups = new Map<string, Aim[]>();
  for (const aim of aims) {
    const key = JSON.stringify([aim.prompts, aim.measure.base ? (aim.base ?? "") : null, aim.maxTokens, aim.match]);
    const group = groups.get(key);
    if (group) group.push(aim);
    else groups.set(key, [aim]);
  }
  return [...groups.values()];
}

async function measured(
  group: readonly Aim[],
  { subject, prompts, baseOf, cache, signal }: ScoreOptions,
): Promise<Evaluation> {
  const [first] = group;
  if (!first) throw new RangeError("A group has an aim.");
  const against = group.find(({ measure }) => measure.base);
  const base = against && baseOf(against);
  const asked = prompts(first.prompts);
  const measures = measuresFor([...new Set(group.map(({ measure }) => measure.of))], asked);
  return evaluate(
    subject,
    { id: first.prompts, name: first.prompts, split: "search", prompts: asked },
    {
      measures,
      positions: POSITIONS,
      maxTokens: first.maxTokens,
      match: first.match,
      cache,
      ...(base && { base }),
      ...(signal && { signal }),
    },
  );
}
