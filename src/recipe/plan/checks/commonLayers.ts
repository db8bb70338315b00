import { architectureNames } from "../../../model/config";
import { aroundLayer, findTensor, type ModuleLayout, type Weight } from "../../../model/layout/layout";
import { slicesOf } from "../../parse/parts";
import type { PlannedModule } from "../expand";
import type { PlanContext } from "../planContext";

/**
 * Models whose layers have no name in common cannot be merged: every tensor of both would be written side by side, and no
 * config describes such a model. Only inferred layouts, where no tensor is required, can come to that.
 */
export function checkCommonLayers({ layout, references, models, donor, bag }: PlanContext): void {
  if (layout.definition) return;
  const expected = donor.reference.key;
  for (const { key, span } of references) {
    const checkpoint = models.get(key);
    if (!checkpoint || key === expected) continue;
    const has = (module: ModuleLayout, of: string, weight: Weight) => {
      const model = models.get(of);
      const layers = Array.from({ length: module.depths.get(of) ?? 0 }, (_, layer) => layer);
      return model !== undefined && layers.some((layer) => findTensor(model, weight, layer)?.own);
    };
    const own = (of: string) => layout.modules.filter(({ depths }) => (depths.get(of) ?? 0) > 0);
    const shared = own(key).some((module) =>
      module.layer.some((weight) => has(module, key, weight) && has(module, expected, weight)),
    );
    if (shared || own(key).length === 0 || own(expected).length === 0) continue;
    const facts = {
      model: key,
      found: architectureNames(checkpoint.config)[0] ?? "?",
      layers: own(key).map(root).join(", "),
      other: expected,
      expected: architectureNames(donor.checkpoint.config)[0] ?? "?",
      otherLayers: own(expected).map(root).join(", "),
    };
    bag.add({
      code: "plan/nothing-in-common",
      severity: "error",
      span,
      group: key,
      facts,
    });
  }
}

function root({ layer: [weight] }: ModuleLayout): string {
  return `${aroundLayer(weight?.name ?? "")[0]}…`;
}

/** An output without a single layer is no model. */
export function checkDepth({ recipe, donor, bag }: PlanContext, modules: readonly PlannedModule[]): void {
  if (bag.failed || modules.some(({ slices }) => slices.some(({ layers }) => layers > 0))) return;
  const [source] = slicesOf(recipe).flatMap(({ sources }) => sources);
  const { key } = source?.model ?? donor.reference;
  const [start, end] = source?.layerRange.value ?? [];
  bag.add({
    code: "plan/no-layers",
    severity: "error",
    span: source?.layerRange.span ?? donor.reference.span,
    facts: { model: key, start, end },
  });
}
