import { largestAt, logSumExp } from "../logits";
import type { Divergence } from "../types";
import { ascending, quantile } from "./quantiles";
import { mean, ratioStandardError, sum } from "./statistics";

/** Divergences of two next-token distributions at one position, in nats; p is the base's, q the merge's. */
export interface PositionDivergence {
  /** KL(p‖q). */
  readonly forward: number;
  /** KL(q‖p). */
  readonly backward: number;
  /** Both put the same token first. */
  readonly sameTop: boolean;
}

/** The same from a part of the vocabulary: lower bounds. */
export interface TopDivergence extends PositionDivergence {
  /** Mass of the rest under p. */
  readonly restMass: number;
  /** How much larger the symmetric value can be at most. */
  readonly bound: number;
}

/** What is kept of a base distribution: its likeliest tokens and the mass of the others. */
export interface TopRow {
  /** Most likely first, the lowest id among equals. */
  readonly ids: ArrayLike<number>;
  /** ln p of each. */
  readonly logProbabilities: ArrayLike<number>;
  /** 1 − Σ p over `ids`. */
  readonly rest: number;
  /** The smallest ln p of the vocabulary. */
  readonly least: number;
}

/** Both directions over the whole vocabulary. `p` and `q` are rows of logits of one length. */
export function exactDivergence(p: ArrayLike<number>, q: ArrayLike<number>): PositionDivergence {
  const pScale = logSumExp(p);
  const qScale = logSumExp(q);
  let forward = 0;
  let backward = 0;
  for (let i = 0; i < p.length; i++) {
    const logP = (p[i] ?? 0) - pScale;
    const logQ = (q[i] ?? 0) - qScale;
    forward += term(Math.exp(logP), logP - logQ);
    backward += term(Math.exp(logQ), logQ - logP);
  }
  return { forward: positive(forward), backward: positive(backward), sameTop: largestAt(p) === largestAt(q) };
}

/** The K likeliest tokens of a row of logits (all, if there are fewer), equal ones by the lowest id. */
export function topRow(logits: Float32Array, k: number): TopRow {
  const sorted = logits.slice().sort();
  const kept = Math.min(k, logits.length);
  const threshold = sorted[logits.length - kept] ?? Number.NaN;
  const above: number[] = [];
  const equal: number[] = [];
  logits.forEach((value, id) => {
    if (value > threshold) above.push(id);
    else if (value === threshold) equal.push(id);
  });
  const ids = [...above, ...equal.slice(0, kept - above.length)];
  ids.sort((a, b) => (logits[b] ?? 0) - (logits[a] ?? 0) || a - b);
  const scale = logSumExp(logits);
  const logProbabilities = ids.map((id) => (logits[id] ?? 0) - scale);
  const inside = new Set(ids);
  let rest = 0; // summed, not 1 − the others: it may be far smaller than the last place of 1
  logits.forEach((value, id) => {
    if (!inside.has(id)) rest += Math.exp(value - scale);
  });
  return { ids, logProbabilities, rest, least: (sorted[0] ?? Number.NaN) - scale };
}

/**
 * Divergence over the tokens that are kept of the base and one bucket for all others: a lower bound of the exact value, the
 * same partition for every candidate. By the chain rule nothing is lost but what is unequal inside of the bucket, at most
 * p_R · max(0, ln(t_p / q_min) + ln(q_R / p_R)) in the first direction, t_p the largest p in the bucket. Source: reference 4.3.
 */
export function topDivergence(p: TopRow, q: ArrayLike<number>): TopDivergence {
  const qScale = logSumExp(q);
  const inside = new Set<number>();
  let forward = 0;
  let backward = 0;
  for (let i = 0; i < p.ids.length; i++) {
    const id = p.ids[i] ?? 0;
    const logP = p.logProbabilities[i] ?? 0;
    const logQ = (q[id] ?? 0) - qScale;
    inside.add(id);
    forward += term(Math.exp(logP), logP - logQ);
    backward += term(Math.exp(logQ), logQ - logP);
  }
  let qRest = 0;
  let qLeast = Number.POSITIVE_INFINITY;
  let qLargestOutside = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < q.length; id++) {
    const logQ = (q[id] ?? 0) - qScale;
    qLeast = Math.min(qLeast, logQ);
    if (inside.has(id)) continue;
    qRest += Math.exp(logQ);
    qLargestOutside = Math.max(qLargestOutside, logQ);
  }
  forward += term(p.rest, Math.log(p.rest / qRest));
  backward += term(qRest, Math.log(qRest / p.rest));

  const pLargestOutside = p.logProbabilities[p.logProbabilities.length - 1] ?? 0;
  const bound = loss(p.rest, qRest, pLargestOutside - qLeast) / 2 + loss(qRest, p.rest, qLargestOutside - p.least) / 2;
  return {
    forward: positive(forward),
    backward: positive(backward),
    sameTop: p.ids[0] === largestAt(q),
    restMass: p.rest,
    bound,
  };
}

/** Most that a bucket of mass `rest` can hide, given the widest log ratio of a probability in it to one of the other distribution. */
function loss(rest: number, otherRest: number, widest: number): number {
  return term(rest, Math.max(0, widest + Math.log(otherRest / rest)));
}

/** Everything that is said of the divergence of a set, from the positions of each prompt in order. */
export function summariseDivergence(prompts: readonly (readonly PositionDivergence[])[]): Divergence {
  return { ...summary(prompts), mode: { kind: "exact" } };
}

/** The same from top-K rows. */
export function summariseTopDivergence(prompts: readonly (readonly TopDivergence[])[], k: number): Divergence {
  const positions = prompts.flat();
  const restMass = mean(positions.map((position) => position.restMass));
  const bound = mean(positions.map((position) => position.bound));
  return { ...summary(prompts), mode: { kind: "top-k", k, restMass, bound } };
}

function summary(prompts: readonly (readonly PositionDivergence[])[]): Omit<Divergence, "mode"> {
  const positions = prompts.flat();
  const forward = ascending(positions.map((position) => position.forward));
  const measured = prompts.filter((prompt) => prompt.length > 0);
  const error = (value: (position: PositionDivergence) => number) =>
    ratioStandardError(
      measured.map((prompt) => sum(prompt.map(value))),
      measured.map((prompt) => prompt.length),
    );
  return {
    symmetric: mean(positions.map(symmetric)),
    forward: mean(positions.map((position) => position.forward)),
    backward: mean(positions.map((position) => position.backward)),
    standardError: error(symmetric),
    forwardStandardError: error((position) => position.forward),
    sameTop: mean(positions.map(({ sameTop }) => Number(sameTop))),
    max: quantile(forward, 1),
    quantiles: {
      median: quantile(forward, 0.5),
      q90: quantile(forward, 0.9),
      q95: quantile(forward, 0.95),
      q99: quantile(forward, 0.99),
      q999: quantile(forward, 0.999),
    },
    positions: positions.length,
    perPrompt: prompts.map((prompt) => mean(prompt.map(symmetric))),
  };
}

function symmetric({ forward, backward }: PositionDivergence): number {
  return (forward + backward) / 2;
}

/** One summand: nothing has no share, whatever the other distribution says. NaN stays NaN. */
function term(probability: number, logRatio: number): number {
  return probability === 0 ? 0 : probability * logRatio;
}

/** A sum of rounded terms may fall a hair below 0, the divergence cannot. NaN stays NaN. */
function positive(value: number): number {
  return value < 0 ? 0 : value;
}
