import type { Prompt } from "../types";
import { TEXT_HASHES, textHash } from "./textHash";

/** Share of prompts that are held out, about. */
const HELD_OUT_SHARE = 0.5;

export interface SplitPrompts {
  readonly search: readonly Prompt[];
  readonly heldOut: readonly Prompt[];
}

/**
 * Parts prompts into those that decisions may look at and those they are checked with. The side is decided by the hash of
 * the text alone: the order does not matter, a prompt that is added later moves no other one, and what is there twice, or
 * differs only in white space, never stands on both sides. Of two different prompts or more each side gets at least one.
 */
export function splitPrompts(prompts: readonly Prompt[]): SplitPrompts {
  const hashed = prompts.map((prompt) => ({ prompt, hash: textHash(essence(prompt.text)) }));
  const hashes = hashed.map(({ hash }) => hash);
  const lowest = hashes.reduce((a, b) => Math.min(a, b), TEXT_HASHES);
  const highest = hashes.reduce((a, b) => Math.max(a, b), 0);
  // Moved to the next hash where all fall on one side. One text alone is for the search.
  const border = Math.min(Math.max(HELD_OUT_SHARE * TEXT_HASHES, lowest + 1), highest);
  return {
    search: hashed.filter(({ hash }) => hash >= border).map(({ prompt }) => prompt),
    heldOut: hashed.filter(({ hash }) => hash < border).map(({ prompt }) => prompt),
  };
}

function essence(text: string): string {
  return text.normalize("NFKC").replace(/\s+/g, " ").trim();
}
