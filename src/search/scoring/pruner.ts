import { append } from "../../base/lists";
import { basePass } from "../../eval/base";
import type { BaseCache } from "../../eval/baseCache";
import { BatchBuilder, runPass } from "../../eval/batch";
import type { Measured } from "../../eval/measures/measured";
import { ratioStandardError, sum } from "../../eval/measures/statistics";
import { askTexts, otherTokens, scoresOf } from "../../eval/texts";
import type { Prompt, PromptScore } from "../../eval/types";
import { windowFor } from "../../eval/windows";

/** Shares of the prompts after which it is looked whether it makes sense to go on. */
const RUNGS = [1 / 8, 1 / 4, 1 / 2, 1] as const;
/** Fewer prompts say too little about their spread. */
const FEWEST = 4;

/** Why a candidate is measured no further. */
export type PruneRule = "lossless" | "statistical" | "not-finite";

/** What the guard says of a candidate. */
export interface Guarded {
  /** ln of relative perplexity: of all prompts; where it was stopped what it certainly exceeds (lossless), or what was seen so far. */
  readonly ln: number;
  /** One standard error of `ln`. */
  readonly error: number;
  readonly rule?: PruneRule;
  /** Prompts seen, and prompts there are. */
  readonly seen: number;
  readonly prompts: number;
  /** Summed NLL in nats and tokens by prompt, as far as they were seen. */
  readonly scores: readonly PromptScore[];
}

export interface GuardAsked {
  readonly subject: Measured;
  readonly base: Measured;
  /** In a fixed, mixed order. */
  readonly prompts: readonly Prompt[];
  /** Cap on relative perplexity. */
  readonly cap: number;
  readonly cache: BaseCache;
  readonly signal?: AbortSignal;
}

/**
 * Relative perplexity under a cap, prompts in a fixed order, and no further than it takes to know that it is over: NLL cannot fall, so a sum
 * beyond what the cap allows all prompts together is final (lossless), and far beyond the cap within two standard errors is enough
 * (statistical). NaN and Inf end it at once. Source: reference/search.md 2.5.
 * @returns nothing where the base cuts the prompts into other tokens
 */
export async function guarded(asked: GuardAsked): Promise<Guarded | undefined> {
  const { subject, base, prompts, cap, signal } = asked;
  if (otherTokens(prompts, subject.tokenizer, base.tokenizer) > 0) return undefined;
  const whole = await baseScores(asked);
  const lnCap = Math.log(cap);
  const allowed = sum(whole.map(({ nll }) => nll)) + lnCap * sum(whole.map(({ tokens }) => tokens));
  const scores: PromptScore[] = [];
  const window = windowFor([subject.context, base.context]);
  for (const rung of RUNGS) {
    const chunk = prompts.slice(scores.length, Math.max(scores.length, Math.ceil(rung * prompts.length)));
    if (chunk.length === 0) continue;
    const batch = new BatchBuilder();
    const texts = askTexts(chunk, { batch, tokenizer: subject.tokenizer, positions: "all", window });
    const { nll } = await runPass(subject.model, batch, { signal });
    append(scores, scoresOf(texts, nll));
    const standing = judged(scores, whole, allowed, lnCap);
    if (standing.rule || scores.length === prompts.length) {
      return { ...standing, seen: scores.length, prompts: prompts.length, scores };
    }
  }
  return { ...judged(scores, whole, allowed, lnCap), seen: scores.length, prompts: prompts.length, scores };
}

/** Where a candidate stands after some of the prompts. */
export function judged(
  scores: readonly PromptScore[],
  base: readonly PromptScore[],
  allowed: number,
  lnCap: number,
): Pick<Guarded, "ln" | "error" | "rule"> {
  const merged = sum(scores.map(({ nll }) => nll));
  if (!Number.isFinite(merged)) return { ln: Number.POSITIVE_INFINITY, error: Number.NaN, rule: "not-finite" };
  const differences = scores.map(({ nll }, k) => nll - (base[k]?.nll ?? 0));
  const tokens = scores.map((score) => score.tokens);
  const ln = sum(differences) / sum(tokens);
  const error = ratioStandardError(differences, tokens);
  const all = sum(base.map((score) => score.tokens));
  // What is still to come adds nothing below 0.
  if (scores.length < base.length && merged > allowed)
    return { ln: (merged - allowed) / all + lnCap, error, rule: "lossless" };
  if (scores.length < base.length && scores.length >= FEWEST && ln - 2 * error > lnCap)
    return { ln, error, rule: "statistical" };
  return { ln, error };
}

async function baseScores({ subject, base, prompts, cache, signal }: GuardAsked): Promise<readonly PromptScore[]> {
  const batch = new BatchBuilder();
  const window = windowFor([subject.context, base.context]);
  const texts = askTexts(prompts, { batch, tokenizer: base.tokenizer, positions: "all", window });
  const { nll } = await basePass(base, batch, "states", { cache, signal });
  return scoresOf(texts, nll);
}
