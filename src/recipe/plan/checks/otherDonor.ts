import { type Fix, fix } from "../../problems/fixes";
import type { PlanContext } from "../planContext";

/** Whether a recipe can be merged: how an edit is known to mend one. */
export type Attempt = (text: string) => boolean;

/**
 * The edit that makes another of the recipe's models the base, and so the one that gives config and tokenizer. Offered only
 * when the recipe can be merged after it.
 */
export function otherDonor(
  { recipe, references, donor }: PlanContext,
  text: string,
  attempt: Attempt,
): { readonly key: string; readonly fix: Fix } | undefined {
  for (const { key, span } of references) {
    if (key === donor.reference.key) continue;
    const written = text.slice(span.from, span.to);
    const edit = written.includes("\n") ? undefined : baseEdit(text, recipe.base?.span, written);
    if (!edit || !attempt(text.slice(0, edit.from) + edit.insert + text.slice(edit.to))) continue;
    return { key, fix: fix(edit, "fix/base", { model: key }) };
  }
  return undefined;
}

function baseEdit(text: string, base: { readonly from: number; readonly to: number } | undefined, written: string) {
  if (base) return { from: base.from, to: base.to, insert: written };
  const at = /^merge_method[ \t]*:/m.exec(text)?.index;
  return at === undefined ? undefined : { from: at, to: at, insert: `base_model: ${written}\n` };
}
