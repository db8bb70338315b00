import type { LanguageModel } from "../../lm/types";
import type { BasePass } from "../base";
import { type Batch, BatchBuilder, type PassResult } from "../batch";
import type { Asking } from "../defineMeasure";
import { askRows, divergenceReading } from "../measures/divergence";
import { type AskedEnd, askEnds, eosReading } from "../measures/eosHealth";
import { realVocabulary, type Subject } from "../measures/measured";
import { readRows } from "../rows";
import { type AskedText, askTexts, scoresOf } from "../texts";
import type { Divergence, EosHealth, Prompt, PromptScore } from "../types";

/** What the guard asks of every state of a merge. */
export interface Questions {
  readonly batch: Batch;
  readonly texts: readonly AskedText[];
  /** Rows of the texts that are compared with the base's, by prompt. */
  readonly rows: readonly (readonly number[])[];
  readonly ends: readonly AskedEnd[];
}

/** Texts come first: their sequences and rows have the same numbers with and without `ends`. */
export function guardQuestions(
  prompts: readonly Prompt[],
  asking: Omit<Asking, "batch">,
  { ends }: { readonly ends: boolean },
): Questions {
  const batch = new BatchBuilder();
  const into = { ...asking, batch };
  const texts = askTexts(prompts, into);
  return { batch, texts, rows: askRows(prompts, into), ends: ends ? askEnds(prompts, into) : [] };
}

export interface GuardFound {
  readonly scores: readonly PromptScore[];
  readonly divergence: Divergence;
  readonly eos: EosHealth | undefined;
  /** How the base sees the same ends. */
  readonly baseEos: EosHealth | undefined;
}

/** What a pass over the questions says of a model, held against what a base gave for at least as many. */
export async function readGuard(
  subject: Subject,
  base: BasePass & { readonly model: LanguageModel },
  { texts, rows, ends }: Questions,
  { nll, states }: PassResult,
  signal: AbortSignal | undefined,
): Promise<GuardFound> {
  const width = realVocabulary(subject.tokenizer, subject.model, base.model);
  const divergence = divergenceReading(rows, base.rows);
  const eos = eosReading(ends, subject);
  await readRows({ model: subject.model, states }, base, [divergence, eos], { width, signal });
  return { scores: scoresOf(texts, nll), ...divergence.found(), eos: eos.found()?.eos, baseEos: eos.ofBase() };
}
