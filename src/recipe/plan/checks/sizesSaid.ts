import { sizeDifferences } from "../../../model/traits/compare";
import type { PlanContext } from "../planContext";

/** The sizes that two models' configs say differently, `hidden_size 64 and 32`: why shapes do not fit. Empty where none differ. */
export function sizesSaid({ models }: Pick<PlanContext, "models">, model: string, other: string): string {
  return sizeDifferences(models.get(model)?.config ?? {}, models.get(other)?.config ?? {})
    .map(({ name, found, expected }) => `${name} ${found} and ${expected}`)
    .join(", ");
}
