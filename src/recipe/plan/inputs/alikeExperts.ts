import type { Model } from "../../../model/model";
import { type ExpertLayout, expertLayoutOf, withExperts } from "../../../model/sources/expertLayout";
import type { ModelReference } from "../../parse/recipe";
import type { ProblemBag } from "../problemBag";

/** Models whose experts are stored in one way, and the way of those for which it is another than their own. */
export interface AlikeExperts {
  readonly models: ReadonlyMap<string, Model>;
  readonly relaid: ReadonlyMap<string, ExpertLayout>;
}

/**
 * Experts packed in two tensors of a layer and experts stored one by one are the same weights: the others are read as the first model,
 * which gives the output its config, stores them.
 */
export function alikeExperts(
  references: readonly ModelReference[],
  models: ReadonlyMap<string, Model>,
  bag: ProblemBag,
): AlikeExperts {
  const [first, ...others] = references;
  const donor = first && models.get(first.key);
  const wanted = donor && expertLayoutOf(donor);
  const relaid = new Map<string, ExpertLayout>();
  if (!wanted) return { models, relaid };
  const alike = new Map(models);
  for (const { key, span } of others) {
    const model = models.get(key);
    const found = model && expertLayoutOf(model);
    const other = model && found !== undefined && found !== wanted ? withExperts(model, wanted) : undefined;
    if (!other || !found) continue;
    alike.set(key, other);
    relaid.set(key, wanted);
    bag.add({
      code: "plan/experts-relaid",
      severity: "note",
      span,
      group: key,
      facts: { model: key, other: donor.key, found: kindOf(found), expected: kindOf(wanted) },
    });
  }
  return { models: alike, relaid };
}

function kindOf(layout: ExpertLayout): "packed" | "each" {
  return layout === "packed" ? "packed" : "each";
}
