import type { TopRow } from "../baseCache";
import { type Asking, defineMeasure, type Reading } from "../defineMeasure";
import { largestAt, logSumExp } from "../logits";
import { positionsOf } from "../positions";
import type { RowsOfBase } from "../rows";
import { askTexts } from "../texts";
import type { Divergence, Prompt } from "../types";
import { placeOf } from "../windows";
import { plusMinus } from "./lines";
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

/** Rows of the positions at which the divergence from a base is wanted, by prompt. */
export function askRows(prompts: readonly Prompt[], asking: Asking): readonly (readonly number[])[] {
  const { batch, positions, window } = asking;
  return askTexts(prompts, asking).map(({ prompt, sequences }) =>
    positionsOf(positions, prompt.ids.length).map((position) => {
      const place = placeOf(position, window);
      return batch.row(sequences[place.window] ?? 0, place.at);
    }),
  );
}

/** Reads the divergence at rows, by prompt; exact where the base's states are known. */
export function divergenceReading(
  rows: readonly (readonly number[])[],
  base: RowsOfBase,
): Required<Reading<{ readonly divergence: Divergence }>> & { found(): { readonly divergence: Divergence } } {
  const wanted = new Set(rows.flat());
  const exact = new Map<number, PositionDivergence>();
  const top = new Map<number, TopDivergence>();
  const byPrompt = <T>(found: ReadonlyMap<number, T>) => rows.map((at) => at.flatMap((row) => found.get(row) ?? []));
  return {
    atRow(row, q, p) {
      if (!wanted.has(row) || !p) return;
      if (p.kind === "logits") exact.set(row, exactDivergence(p.logits, q));
      else top.set(row, topDivergence(p.top, q));
    },
    found: () => ({
      divergence:
        base.kind === "top-k" ? summariseTopDivergence(byPrompt(top), base.k) : summariseDivergence(byPrompt(exact)),
    }),
  };
}

export const divergenceMeasure = defineMeasure({
  id: "divergence",
  reads: "texts",
  base: "required",
  ask(prompts, asking) {
    const rows = askRows(prompts, asking);
    return (_, base) =>
      base
        ? divergenceReading(rows, base)
        : { found: (): { readonly divergence: Divergence } | undefined => undefined };
  },
  figures({ divergence }) {
    if (!divergence) return [];
    const { symmetric: value, standardError: error, mode, quantiles, sameTop } = divergence;
    return [
      { name: "divergence", kind: "number", value, error, ...(mode.kind === "top-k" && { restMass: mode.restMass }) },
      { name: "worst", kind: "number", value: quantiles.q99 },
      { name: "sameTop", kind: "share", value: sameTop },
    ];
  },
  columns: ["divergence"],
  lines: ({ divergence }, { positions }) =>
    divergence
      ? [["Symmetric KL", `${plusMinus(divergence.symmetric, divergence.standardError)} nats (${positions})`]]
      : [],
});
