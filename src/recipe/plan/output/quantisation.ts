import type { JsonEdit } from "../../../model/jsonEdit";
import { claimOf, quantisationKeys } from "../../../model/quantisation/claim";
import type { PlanContext } from "../planContext";

/**
 * The output is never quantised: what the donor's config says of it is left out, and said once. Of each model whose codes are
 * widened, that is said too.
 */
export function quantisationEdits({ donor, references, models, bag }: PlanContext): readonly JsonEdit[] {
  for (const { key, span } of references) {
    const tensors = [...(models.get(key)?.tensors.values() ?? [])].filter(({ scaled }) => scaled);
    const [first] = tensors;
    if (!first?.scaled) continue;
    bag.add({
      code: "plan/widened",
      severity: "note",
      span,
      group: key,
      facts: { model: key, dtype: first.scaled.dtype, count: tensors.length },
    });
  }
  const { config } = donor.checkpoint;
  const paths = quantisationKeys(config);
  const claim = claimOf(config);
  if (paths.length === 0 || !claim) return [];
  const keys = paths.map((path) => path.join(".")).join(", ");
  bag.add({
    code: "plan/not-quantised",
    severity: "note",
    span: donor.reference.span,
    facts: { model: donor.reference.key, key: keys, format: claim.format },
  });
  return paths.map((path) => ({ path, value: undefined }));
}
