import type { LanguageModel } from "../../lm/types";
import { type StateRows, type TopRows, topRowAt } from "../baseCache";
import { type Side, visitRows } from "../rows";
import type { Divergence } from "../types";
import {
  exactDivergence,
  type PositionDivergence,
  summariseDivergence,
  summariseTopDivergence,
  type TopDivergence,
  topDivergence,
} from "./divergence";
import { type EndReading, readEnd } from "./eosHealth";

/** What is read from the distributions at each row. */
export interface RowWork {
  /** Tokens that exist; what rows of the head lie above is padding. */
  readonly width: number;
  /** Ids that end an answer; nothing is read of them if there are none. */
  readonly ends: readonly number[];
  readonly signal?: AbortSignal | undefined;
}

export interface ComparedRows {
  readonly divergence: Divergence;
  /** By row; empty without end ids. */
  readonly ends: readonly EndReading[];
  readonly baseEnds: readonly EndReading[];
}

/** A base with what is known of its rows. */
export interface BaseRows {
  readonly model: LanguageModel;
  readonly rows: StateRows | TopRows;
}

/** What each row of a model says of the end ids; empty without any. */
export async function readEnds(side: Side, { width, ends, signal }: RowWork): Promise<readonly EndReading[]> {
  const readings: EndReading[] = [];
  if (ends.length === 0) return readings;
  await visitRows([side], width, (_, [logits = NOTHING]) => readings.push(readEnd(logits, ends)), signal);
  return readings;
}

/**
 * Holds rows of a subject against the same rows of a base: exactly from its states, or from what was kept of them.
 * @param compared the rows whose divergence is wanted, by prompt
 */
export async function compareRows(
  subject: Side,
  { model, rows }: BaseRows,
  compared: readonly (readonly number[])[],
  work: RowWork,
): Promise<ComparedRows> {
  if (rows.kind === "top-k") return compareTop(subject, rows, compared, work);
  const { width, ends, signal } = work;
  const wanted = new Set(compared.flat());
  const divergences = new Map<number, PositionDivergence>();
  const readings: EndReading[] = [];
  const baseReadings: EndReading[] = [];
  await visitRows(
    [subject, { model, states: rows.states }],
    width,
    (row, [q = NOTHING, p = NOTHING]) => {
      if (wanted.has(row)) divergences.set(row, exactDivergence(p, q));
      if (ends.length === 0) return;
      readings.push(readEnd(q, ends));
      baseReadings.push(readEnd(p, ends));
    },
    signal,
  );
  return {
    divergence: summariseDivergence(byPrompt(compared, divergences)),
    ends: readings,
    baseEnds: baseReadings,
  };
}

async function compareTop(
  subject: Side,
  rows: TopRows,
  compared: readonly (readonly number[])[],
  { width, ends, signal }: RowWork,
): Promise<ComparedRows> {
  const wanted = new Set(compared.flat());
  const divergences = new Map<number, TopDivergence>();
  const readings: EndReading[] = [];
  await visitRows(
    [subject],
    width,
    (row, [q = NOTHING]) => {
      if (wanted.has(row)) divergences.set(row, topDivergence(topRowAt(rows, row), q));
      if (ends.length > 0) readings.push(readEnd(q, ends));
    },
    signal,
  );
  return {
    divergence: summariseTopDivergence(byPrompt(compared, divergences), rows.k),
    ends: readings,
    baseEnds: rows.ends,
  };
}

const NOTHING = new Float32Array();

function byPrompt<T>(prompts: readonly (readonly number[])[], readings: ReadonlyMap<number, T>): T[][] {
  return prompts.map((rows) => rows.flatMap((row) => readings.get(row) ?? []));
}
