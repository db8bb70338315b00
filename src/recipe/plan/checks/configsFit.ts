import { configDifferences } from "../../../model/traits/compare";
import type { PlanContext } from "../planContext";

/**
 * Warns of models whose shapes fit and whose configs say other things of them: heads, activation, positions, windows, caps.
 * The output gets the donor's. Models that differ in the same way share a sentence.
 */
export function checkConfigsFit({ references, models, donor, bag }: PlanContext): void {
  const other = donor.reference.key;
  const alike = new Map<string, (typeof references)[number][]>();
  for (const reference of references) {
    const config = models.get(reference.key)?.config;
    if (!config || reference.key === other) continue;
    const said = configDifferences(config, donor.checkpoint.config)
      .map(({ name, found, expected }) => `${name} ${found} (${expected})`)
      .join(", ");
    if (said === "") continue;
    const known = alike.get(said);
    if (known) known.push(reference);
    else alike.set(said, [reference]);
  }
  for (const [differences, [first, ...more]] of alike) {
    if (!first) continue;
    const named = [first, ...more].map(({ key }) => key).join(", ");
    bag.add({
      code: "plan/unlike-configs",
      severity: "warning",
      span: first.span,
      group: first.key,
      facts: { models: named, other, differences },
    });
  }
}
