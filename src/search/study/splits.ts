import { TEXT_HASHES, textHash } from "../../eval/prompts/textHash";
import type { Prompt } from "../../eval/types";
import type { Shares, Split } from "./study";

const ORDER: readonly Split[] = ["search", "validation", "test"];

/**
 * Parts prompts by the hash of their text and the study's seed: a prompt is on one side whatever its place, and in one fixed, mixed order. Each
 * part that has a share gets as many as its share is, one at least.
 * @returns nothing where there are fewer prompts than parts
 */
export function partsOf(
  prompts: readonly Prompt[],
  shares: Shares,
  seed: number,
): Readonly<Record<Split, readonly Prompt[]>> | undefined {
  const mixed = mixedOrder(prompts, seed);
  const wanted = ORDER.filter((split) => shares[split] > 0);
  if (mixed.length < wanted.length) return undefined;
  const whole = wanted.reduce((sum, split) => sum + shares[split], 0);
  const parts: Record<Split, readonly Prompt[]> = { search: [], validation: [], test: [] };
  let from = 0;
  let share = 0;
  for (const [k, split] of wanted.entries()) {
    share += shares[split];
    const most = mixed.length - (wanted.length - 1 - k); // one is left for each of the others
    const to = Math.min(most, Math.max(from + 1, Math.round((mixed.length * share) / whole)));
    parts[split] = mixed.slice(from, to);
    from = to;
  }
  return parts;
}

/** The same order for the same texts, and no order at all; what is there twice stands together. */
function mixedOrder(prompts: readonly Prompt[], seed: number): readonly Prompt[] {
  const placed = prompts.map((prompt) => ({ prompt, at: textHash(`${seed} ${JSON.stringify(prompt)}`) / TEXT_HASHES }));
  const seen = new Set<string>();
  return placed
    .toSorted((a, b) => a.at - b.at)
    .map(({ prompt }) => prompt)
    .filter((prompt) => {
      const key = JSON.stringify(prompt);
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    });
}
