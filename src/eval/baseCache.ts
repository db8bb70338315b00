import type { Doubles, Floats, Words } from "../base/bytes";
import { sha256 } from "../base/hashes";
import { smallest } from "../base/lists";
import type { Generated } from "../lm/types";
import type { TokenIds } from "../tokens/types";
import type { Batch } from "./batch";

/** Rows of a base model after its final norm: with its head they give the exact distributions again. */
export interface StateRows {
  readonly kind: "states";
  /** f32 [rows, hidden]. */
  readonly states: Floats;
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

/** How a distribution sees the ids that end an answer. */
export interface EndReading {
  /** ln of the probability of any of them. */
  readonly logProbability: number;
  /** Rank of the likeliest of them among all tokens, 1 the first; equals count as behind it. */
  readonly rank: number;
  /** ln probability of each, in the order of the ids. */
  readonly perId: readonly number[];
}

/** What is left of a base model's distributions: enough to compare with, so that the base need not be there any more. */
export interface TopRows {
  readonly kind: "top-k";
  /** Tokens kept per row. */
  readonly k: number;
  /** [rows, k]; see `TopRow`. */
  readonly ids: Words;
  /** [rows, k] */
  readonly logProbabilities: Doubles;
  /** [rows] */
  readonly rest: Doubles;
  /** [rows] */
  readonly least: Doubles;
  /** How each row sees the end ids. */
  readonly ends: readonly EndReading[];
}

/** What a base model gave, to be measured against. Plain data with typed arrays: what structured clone can carry. */
export type BaseValues =
  | { readonly kind: "pass"; readonly nll: readonly Float64Array[]; readonly rows: StateRows | TopRows }
  | { readonly kind: "answers"; readonly answers: readonly Generated[] };

/** Where base values outlive a measurement. Keys are hashes of everything the values depend on, so nothing goes stale. */
export interface BaseCache {
  get(key: string): Promise<BaseValues | undefined>;
  put(key: string, values: BaseValues): Promise<void>;
}

/** How much of each row is kept: its state, or its K likeliest tokens of the first `width` and what it says of the end ids. */
export type Keeping = "states" | { readonly k: number; readonly width: number; readonly ends: readonly number[] };

/** Values of a pass depend on the model, the tokens, the positions, and on what is kept of each row. */
export function passKey(model: string, { sequences, positions }: Batch, keeping: Keeping): Promise<string> {
  return contentKey(["pass", model, sequences, positions.map(({ sequence, at }) => [sequence, at]), keeping]);
}

/** Greedy answers depend on the model, the tokens of the prompts, and on what ends them. */
export function answersKey(
  model: string,
  prompts: readonly TokenIds[],
  maxTokens: number,
  stop: readonly number[],
): Promise<string> {
  return contentKey(["answers", model, prompts, maxTokens, stop]);
}

/** Rows as one block of memory. */
export function packTopRows(k: number, rows: readonly TopRow[], ends: readonly EndReading[]): TopRows {
  const width = smallest(
    rows.map(({ ids }) => ids.length),
    k,
  );
  const ids = new Uint32Array(rows.length * width);
  const logProbabilities = new Float64Array(rows.length * width);
  rows.forEach((row, at) => {
    ids.set(row.ids, at * width);
    logProbabilities.set(row.logProbabilities, at * width);
  });
  return {
    kind: "top-k",
    k: width,
    ids,
    logProbabilities,
    rest: Float64Array.from(rows, ({ rest }) => rest),
    least: Float64Array.from(rows, ({ least }) => least),
    ends,
  };
}

export function topRowAt({ k, ids, logProbabilities, rest, least }: TopRows, row: number): TopRow {
  return {
    ids: ids.subarray(row * k, (row + 1) * k),
    logProbabilities: logProbabilities.subarray(row * k, (row + 1) * k),
    rest: rest[row] ?? Number.NaN,
    least: least[row] ?? Number.NaN,
  };
}

/** Raised when the meaning of kept values changes. */
const VERSION = 1;

function contentKey(content: readonly unknown[]): Promise<string> {
  return sha256(JSON.stringify([VERSION, ...content]));
}
