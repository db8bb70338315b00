import type { PlanContext } from "../planContext";

/** Files that say which token a row stands for. */
const TOKENIZER_FILES: ReadonlySet<string> = new Set(["tokenizer.json", "tokenizer.model", "vocab.json"]);

/** A donor is another model than those that are merged, and has a tokenizer; so has what it lends its rows to. */
export function checkDonor({ recipe, references, models, donor: own, bag }: PlanContext): void {
  const request = recipe.extras.donor;
  const model = request && models.get(request.model.key);
  if (!model) return; // which was said
  const { key, span } = request.model;
  if (references.some((reference) => reference.key === key)) {
    bag.add({ code: "plan/donor-is-input", severity: "warning", span, facts: { model: key } });
  }
  for (const [named, { files }, role] of [
    [key, model, "donor"],
    [own.reference.key, own.checkpoint, "base"],
  ] as const) {
    if (files.some(({ path }) => TOKENIZER_FILES.has(path))) continue;
    bag.add({ code: "plan/donor-no-tokenizer", severity: "error", span, group: role, facts: { model: named, role } });
  }
}
