import { largest } from "../../base/lists";
import { logSumExp } from "../logits";
import type { EosHealth } from "../types";
import { ascending, quantile } from "./quantiles";
import { mean } from "./statistics";

/** Below this many nats against the base the model has lost its end. Source: reference 4.6. */
const LOST_NATS = -2;
/** Above this median rank the end is no candidate any more. */
const LOST_RANK = 10;
/** An end this many times as likely as the base's in the middle of an answer cuts answers short … */
const PREMATURE_RATIO = 5;
/** … if it is likely at all: five times nothing is nothing. */
const PREMATURE_LEAST = 1e-3;

/** How a distribution sees the ids that end an answer. */
export interface EndReading {
  /** ln of the probability of any of them. */
  readonly logProbability: number;
  /** Rank of the likeliest of them among all tokens, 1 the first; equals count as behind it. */
  readonly rank: number;
  /** ln probability of each, in the order of the ids. */
  readonly perId: readonly number[];
}

/** Reads one row of logits. Ids outside of the row have no probability. */
export function readEnd(logits: ArrayLike<number>, ends: readonly number[]): EndReading {
  const scale = logSumExp(logits);
  const perId = ends.map((id) => (logits[id] ?? Number.NEGATIVE_INFINITY) - scale);
  const best = largest(perId) + scale;
  let ahead = 0;
  for (let id = 0; id < logits.length; id++) if ((logits[id] ?? 0) > best) ahead++;
  return { logProbability: logSumExp(perId), rank: ahead + 1, perId };
}

/** Readings of one model over the answers of a set. */
export interface EndReadings {
  /** Where an answer should end, one per answer. */
  readonly final: readonly EndReading[];
  /** Where it goes on. */
  readonly inside: readonly EndReading[];
}

/**
 * Whether a model still knows how to stop, from reference answers, without generating. `ends`: every id that may end an
 * answer, each with its token; at least one. Source: reference 4.6.
 */
export function eosHealth(
  ends: readonly { readonly id: number; readonly token: string }[],
  { final, inside }: EndReadings,
  base?: EndReadings,
): EosHealth {
  const logProbability = meanLog(final);
  const medianRank = quantile(ascending(final.map(({ rank }) => rank)), 0.5);
  const premature = meanProbability(inside);
  const againstBase = base && logProbability - meanLog(base.final);
  const lost = (againstBase ?? 0) < LOST_NATS || !(medianRank <= LOST_RANK);
  const early =
    base !== undefined && premature > Math.max(PREMATURE_LEAST, PREMATURE_RATIO * meanProbability(base.inside));
  return {
    logProbability,
    ...(againstBase !== undefined && { againstBase }),
    medianRank,
    premature,
    perId: ends.map((end, i) => ({
      ...end,
      logProbability: mean(final.map(({ perId }) => perId[i] ?? Number.NEGATIVE_INFINITY)),
    })),
    flagged: lost || early,
  };
}

function meanLog(readings: readonly EndReading[]): number {
  return mean(readings.map(({ logProbability }) => logProbability));
}

/** 0 of nothing: an answer of one token cannot end too early. */
function meanProbability(readings: readonly EndReading[]): number {
  return readings.length === 0 ? 0 : mean(readings.map(({ logProbability }) => Math.exp(logProbability)));
}
