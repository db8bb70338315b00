import type { Tokenizer } from "../tokens/tokenizer";
import type { TokenIds } from "../tokens/types";
import type { Asking } from "./defineMeasure";
import { sum } from "./measures/statistics";
import { tokenizePrompt } from "./prompts/tokenizePrompt";
import type { Prompt, PromptScore, TokenizedPrompt } from "./types";
import { windowsOf } from "./windows";

/** The text of a prompt in the batch. */
export interface AskedText {
  readonly prompt: TokenizedPrompt;
  /** Its windows, in order: one, unless the text is too long for that. */
  readonly sequences: readonly number[];
}

/** Puts the prompts' texts, not their answers, into the batch; what is too long for the window goes through in several. */
export function askTexts(prompts: readonly Prompt[], { batch, tokenizer, window }: Asking): readonly AskedText[] {
  return prompts.map(({ text }) => {
    const prompt = tokenizePrompt(tokenizer, text);
    return { prompt, sequences: windowsOf(prompt.ids, window).map((ids) => batch.sequence(ids)) };
  });
}

/** NLL of the prompts' texts. */
export function scoresOf(texts: readonly AskedText[], nll: readonly Float64Array[]): readonly PromptScore[] {
  return texts.map(({ prompt, sequences }) =>
    scorePrompt(prompt, Float64Array.from(sequences.flatMap((sequence) => [...(nll[sequence] ?? [])]))),
  );
}

/**
 * Sum of the NLL that count of one prompt. `nll` is what `LanguageModel.nll` gives, one less than there are tokens: entry t
 * belongs to token t + 1, so that the first token, which nothing precedes, is never scored.
 */
export function scorePrompt({ scoredFrom, bytes }: TokenizedPrompt, nll: Float64Array): PromptScore {
  const scored = nll.subarray(scoredFrom - 1);
  return { nll: sum(scored), tokens: scored.length, bytes };
}

/** Prompts of which two tokenizers give other ids. Where there are any, only bits per byte can be compared. */
export function otherTokens(prompts: readonly Prompt[], a: Tokenizer, b: Tokenizer): number {
  if (a.key === b.key) return 0;
  const same = (x: TokenIds, y: TokenIds) => x.length === y.length && x.every((id, at) => id === y[at]);
  const differs = (text: string) => !same(tokenizePrompt(a, text).ids, tokenizePrompt(b, text).ids);
  return prompts.filter(({ text, answer, choices = [] }) => [text, answer ?? "", ...choices].some(differs)).length;
}
