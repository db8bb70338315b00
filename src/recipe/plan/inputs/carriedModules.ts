import { atLayer, findTensor, type ModuleLayout } from "../../../model/layout/layout";
import { storedBytes } from "../../../model/storedBytes";
import type { CarriedTensor } from "../behindStack";
import type { PlannedModule } from "../expand";
import type { PlanContext } from "../planContext";

/**
 * Modules that the recipe does not name, as the donor has them. mergekit leaves them out, and with them half of a model; here they
 * are copied, which is said with the bytes.
 */
export function carriedModules(context: PlanContext, modules: readonly PlannedModule[]): readonly CarriedTensor[] {
  const named = new Set(modules.map(({ layout }) => layout));
  return context.layout.modules.filter((module) => !named.has(module)).flatMap((module) => carried(context, module));
}

function carried({ donor, recipe, bag }: PlanContext, module: ModuleLayout): readonly CarriedTensor[] {
  const { checkpoint, reference } = donor;
  const layers = Array.from({ length: module.depths.get(reference.key) ?? 0 }, (_, layer) => layer);
  const places = [
    ...[...module.pre, ...module.post].map((weight) => ({ weight, layer: undefined })),
    ...layers.flatMap((layer) => module.layer.map((weight) => ({ weight, layer }))),
  ];
  const tensors = places.flatMap(({ weight, layer }): CarriedTensor[] => {
    const found = findTensor(checkpoint, weight, layer);
    return found?.own ? [{ name: atLayer(weight.name, layer), stored: found.tensor }] : [];
  });
  const bytes = tensors.reduce((sum, { stored }) => sum + storedBytes(stored), 0);
  for (const { name } of tensors) {
    const unnamed = recipe.modules.length > 0;
    bag.add({
      code: unnamed ? "plan/module-carried" : "plan/beside-carried",
      severity: unnamed ? "warning" : "note",
      span: recipe.modules[0]?.span ?? reference.span,
      group: module.name,
      tensor: name,
      facts: { module: module.name, model: reference.key, bytes },
    });
  }
  return tensors;
}
