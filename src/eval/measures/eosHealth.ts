import { largest } from "../../base/lists";
import type { EndReading } from "../baseCache";
import { type Asking, defineMeasure, type Reading } from "../defineMeasure";
import { logSumExp } from "../logits";
import { tokenizePrompt } from "../prompts/tokenizePrompt";
import type { EosHealth, Prompt } from "../types";
import { type Continued, continued, cutLeft } from "./continued";
import { signed } from "./lines";
import { endsOf, type Subject } from "./measured";
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
/** Positions inside of one answer that are asked for a premature end, spread evenly. */
const MOST_INSIDE = 16;

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

/** A reference answer in the batch. */
export interface AskedEnd {
  /** Row where it should end. */
  readonly final: number;
  /** Rows where it goes on. */
  readonly inside: readonly number[];
}

/** Asks where the expected answers end; of prompts without one, where the prompt does. */
export function askEnds(prompts: readonly Prompt[], { batch, tokenizer, window }: Asking): readonly AskedEnd[] {
  return prompts.map(({ text, answer, choices, gold }) => {
    const expected = answer ?? (gold === undefined ? undefined : choices?.[gold]);
    const asked = expected === undefined ? whole(tokenizer, text) : continued(tokenizer, text, expected);
    const { ids, from } = cutLeft(asked, window);
    const sequence = batch.sequence(ids);
    const row = (at: number) => batch.row(sequence, at);
    return { final: row(ids.length - 1), inside: spread(from - 1, ids.length - 1).map(row) };
  });
}

function whole(tokenizer: Asking["tokenizer"], text: string): Continued {
  const { ids, scoredFrom } = tokenizePrompt(tokenizer, text);
  return { ids, from: scoredFrom };
}

/** At most `MOST_INSIDE` whole numbers of [from, to), evenly spread, the first among them. */
function spread(from: number, to: number): readonly number[] {
  const count = Math.max(0, Math.min(to - from, MOST_INSIDE));
  return Array.from({ length: count }, (_, i) => from + Math.floor((i * (to - from)) / count));
}

interface EosFound {
  readonly eos: EosHealth;
}

export interface EosReading extends Reading<EosFound> {
  found(): EosFound | undefined;
  /** How the base sees the same ends. */
  ofBase(): EosHealth | undefined;
}

/** Reads a model's ends, and the base's at the same rows. Nothing where no end is asked for, or nothing is known to end an answer. */
export function eosReading(asked: readonly AskedEnd[], { tokenizer, ...subject }: Subject): EosReading {
  const ids = asked.length === 0 ? [] : endsOf(subject);
  if (ids.length === 0) return { found: () => undefined, ofBase: () => undefined };
  const wanted = new Set(asked.flatMap(({ final, inside }) => [final, ...inside]));
  const own = new Map<number, EndReading>();
  const base = new Map<number, EndReading>();
  const named = ids.map((id) => ({ id, token: tokenizer.tokenOf(id) ?? "" }));
  const readings = (rows: ReadonlyMap<number, EndReading>): EndReadings => ({
    final: asked.flatMap(({ final }) => rows.get(final) ?? []),
    inside: asked.flatMap(({ inside }) => inside.flatMap((row) => rows.get(row) ?? [])),
  });
  return {
    atRow(row, logits, of) {
      if (!wanted.has(row)) return;
      own.set(row, readEnd(logits, ids));
      const end = of?.kind === "logits" ? readEnd(of.logits, ids) : of?.end;
      if (end) base.set(row, end);
    },
    found: () => ({ eos: eosHealth(named, readings(own), base.size > 0 ? readings(base) : undefined) }),
    ofBase: () => (base.size > 0 ? eosHealth(named, readings(base)) : undefined),
  };
}

export const eosMeasure = defineMeasure({
  id: "eos",
  reads: "texts",
  base: "asked",
  ask(prompts, asking) {
    const asked = askEnds(prompts, asking);
    return (subject): Reading<EosFound> => eosReading(asked, subject);
  },
  figures: ({ eos }) =>
    eos ? [{ name: "eos", kind: "rank", value: eos.medianRank, flag: eos.flagged ? "may-not-stop" : undefined }] : [],
  lines({ eos }) {
    if (!eos) return [];
    const { logProbability, againstBase, medianRank, flagged } = eos;
    const against = againstBase === undefined ? "" : ` (${signed(againstBase)} against the base)`;
    const said = `log p ${logProbability.toFixed(3)}${against}, median rank ${medianRank}`;
    return [["End of text", `${said}${flagged ? ", flagged: it may not stop" : ""}`]];
  },
});
