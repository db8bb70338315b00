import { smallest } from "../base/lists";
import type { TokenIds } from "../tokens/types";

/** Longest stretch a model sees at once, unless it was made for less. Longer ones cost the square of their length. */
const MOST_TOKENS = 2048;

/** Tokens that models see at once: what all of them were made for. `contexts`: their limits, where they are known. */
export function windowFor(contexts: readonly (number | undefined)[]): number {
  return Math.max(
    2,
    smallest(
      contexts.flatMap((context) => context ?? []),
      MOST_TOKENS,
    ),
  );
}

/**
 * A text in disjoint windows of `size` tokens. Each but the first begins with the last token of the one before it, as context only,
 * so that every token but the first of the text is predicted once: the NLL of the windows, one after the other, are those
 * of the text. As lm-evaluation-harness does it; source: reference 4.1.
 */
export function windowsOf(ids: TokenIds, size: number): readonly TokenIds[] {
  const windows = [ids.slice(0, size)];
  for (let start = size; start < ids.length; start += size) windows.push(ids.slice(start - 1, start + size));
  return windows;
}

/** Where the logits at an index of a text are found: in the window that gives it the most context. */
export function placeOf(at: number, size: number): { readonly window: number; readonly at: number } {
  const window = Math.floor(at / size);
  return { window, at: window === 0 ? at : at - window * size + 1 };
}
