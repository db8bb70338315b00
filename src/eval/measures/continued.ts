import type { Tokenizer } from "../../tokens/tokenizer";
import type { TokenIds } from "../../tokens/types";
import { tokenizePrompt } from "../prompts/tokenizePrompt";

/** Stands between a context and what continues it. */
const DELIMITER = " ";

/** A context with a continuation, as the model gets them. */
export interface Continued {
  readonly ids: TokenIds;
  /** Index of the first token of the continuation; at least 1. */
  readonly from: number;
}

/**
 * A context and a continuation of it, tokenised together and cut where the context alone ends, so that the tokens are those
 * the model meets in running text. Spaces at the end of the context go to the continuation. Source: reference 4.4.
 */
export function continued(tokenizer: Tokenizer, context: string, continuation: string): Continued {
  const trimmed = context.trimEnd();
  const whole = trimmed + context.slice(trimmed.length) + DELIMITER + continuation;
  const { ids } = tokenizePrompt(tokenizer, whole);
  const { ids: before } = tokenizePrompt(tokenizer, trimmed);
  return { ids, from: Math.max(1, Math.min(before.length, ids.length - 1)) };
}

/** The last tokens of what is too long: the end is what is asked about. */
export function cutLeft({ ids, from }: Continued, size: number): Continued {
  const cut = Math.max(0, ids.length - size);
  return { ids: ids.slice(cut), from: Math.max(1, from - cut) };
}
