import type { Generated, LanguageModel } from "../../lm/types";
import type { Tokenizer } from "../../tokens/tokenizer";
import type { TokenIds } from "../../tokens/types";
import { tokenizePrompt } from "../prompts/tokenizePrompt";
import type { Prompt } from "../types";

export function promptIds(tokenizer: Tokenizer, prompts: readonly Prompt[]): readonly TokenIds[] {
  return prompts.map(({ text }) => tokenizePrompt(tokenizer, text).ids);
}

export interface GreedyOptions {
  readonly maxTokens: number;
  readonly stop: readonly number[];
  readonly signal?: AbortSignal | undefined;
  /** Tokens generated so far, of all answers together. */
  readonly onTokens: (done: number) => void;
}

/** The likeliest token at each step: the same answers every time. */
export async function greedyAnswers(
  model: LanguageModel,
  prompts: readonly TokenIds[],
  { maxTokens, stop, signal, onTokens }: GreedyOptions,
): Promise<readonly Generated[]> {
  if (prompts.length === 0) return [];
  let done = 0;
  return model.generate(prompts, {
    maxTokens,
    temperature: 0,
    topP: 1,
    seed: 0,
    stop,
    onToken: () => onTokens(++done),
    ...(signal && { signal }),
  });
}
