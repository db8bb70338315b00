import type { Tokenizer } from "../../tokens/tokenizer";
import type { TokenizedPrompt } from "../types";

/**
 * A text as a model's tokenizer sees it. What the tokenizer puts before every text (BOS) is context only, and the first
 * token after it is scored; without such a token the first of the text has no context and is not scored, nor are its bytes
 * counted. What it would append (EOS) is left out: it is no part of the text. Source: reference/search.md 4.1.
 */
export function tokenizePrompt(tokenizer: Tokenizer, text: string): TokenizedPrompt {
  const own = tokenizer.encode(text, { special: false });
  const ids = [...tokenizer.prefix, ...own];
  const bytes = new TextEncoder().encode(text).length;
  const [first] = own;
  if (tokenizer.prefix.length > 0 || first === undefined) {
    return { ids, scoredFrom: Math.max(1, tokenizer.prefix.length), bytes };
  }
  return { ids, scoredFrom: 1, bytes: Math.max(0, bytes - tokenizer.byteLength(first)) };
}
