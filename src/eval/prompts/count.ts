import type { Tokenizer } from "../../tokens/tokenizer";
import type { PromptSet } from "../types";
import { tokenizePrompt } from "./tokenizePrompt";

/**
 * Tokens of a set that go through a model in one pass: those of every prompt's text, and where there are choices, those of
 * the text with each of them.
 */
export function countTokens(tokenizer: Tokenizer, { prompts }: Pick<PromptSet, "prompts">): number {
  const count = (text: string) => tokenizePrompt(tokenizer, text).ids.length;
  let tokens = 0;
  for (const { text, choices = [] } of prompts) {
    tokens += count(text);
    for (const choice of choices) tokens += count(`${text} ${choice}`);
  }
  return tokens;
}
