import type { Generated } from "../lm/types";
import type { TokenIds } from "../tokens/types";
import {
  answersKey,
  type BaseCache,
  type BaseValues,
  type EndReading,
  type Keeping,
  packTopRows,
  passKey,
  type StateRows,
  type TopRow,
  type TopRows,
} from "./baseCache";
import { type Batch, type PassResult, runPass } from "./batch";
import { topRow } from "./measures/divergence";
import { readEnd } from "./measures/eosHealth";
import type { Measured } from "./measures/measured";
import { type Side, visitRows } from "./rows";

/** What a base model gave for a batch. */
export interface BasePass {
  readonly nll: readonly Float64Array[];
  readonly rows: StateRows | TopRows;
}

export interface BaseOptions {
  readonly cache?: BaseCache | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onTokens?: ((done: number) => void) | undefined;
  /** Takes the batch through the base, where that is to leave something behind; `onTokens` is its own business then. */
  readonly pass?: (() => Promise<PassResult>) | undefined;
}

/** A base's values for a batch: from the cache, or measured and put there. */
export async function basePass(
  base: Measured,
  batch: Batch,
  keeping: Keeping,
  { cache, signal, onTokens, pass = () => runPass(base.model, batch, { signal, onTokens }) }: BaseOptions,
): Promise<BasePass> {
  const measure = async (): Promise<BasePass & { readonly kind: "pass" }> => {
    const { nll, states } = await pass();
    const side = { model: base.model, states };
    const rows: StateRows | TopRows =
      keeping === "states" ? { kind: "states", states } : await keepTop(side, keeping, signal);
    return { kind: "pass", nll, rows };
  };
  return cached(cache, await passKey(base.key, batch, keeping), measure, (values) => values.kind === "pass" && values);
}

/** What is kept of rows for good: their likeliest tokens, and what they say of the end ids. */
export async function keepTop(
  side: Side,
  { k, width, ends }: Exclude<Keeping, "states">,
  signal?: AbortSignal,
): Promise<TopRows> {
  const top: TopRow[] = [];
  const readings: EndReading[] = [];
  await visitRows(
    [side],
    width,
    (_, [logits = new Float32Array()]) => {
      top.push(topRow(logits, k));
      readings.push(readEnd(logits, ends));
    },
    signal,
  );
  return packTopRows(k, top, readings);
}

/** A base's greedy answers: from the cache, or generated and put there. */
export async function baseAnswers(
  base: Measured,
  prompts: readonly TokenIds[],
  { maxTokens, stop }: { readonly maxTokens: number; readonly stop: readonly number[] },
  cache: BaseCache | undefined,
  generate: () => Promise<readonly Generated[]>,
): Promise<readonly Generated[]> {
  const { answers } = await cached(
    cache,
    await answersKey(base.key, prompts, maxTokens, stop),
    async () => ({ kind: "answers" as const, answers: await generate() }),
    (values) => values.kind === "answers" && values,
  );
  return answers;
}

async function cached<T extends BaseValues>(
  cache: BaseCache | undefined,
  key: string,
  make: () => Promise<T>,
  fits: (values: BaseValues) => T | false,
): Promise<T> {
  const known = await cache?.get(key);
  const found = known && fits(known);
  if (found) return found;
  const made = await make();
  await cache?.put(key, made);
  return made;
}
