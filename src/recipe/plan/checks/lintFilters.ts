import { largest } from "../../../base/lists";
import { atLayer } from "../../../model/layout/layout";
import { entriesOf, partsOf, slicesOf } from "../../parse/parts";
import { mergedBehind } from "../behindStack";
import type { PlannedModule } from "../expand";
import type { PlanContext } from "../planContext";
import { matchingItem } from "../resolve";

/** Warns of filters that are part of no tensor's name: mergekit passes over their lines in silence. */
export function lintFilters({ recipe, bag }: PlanContext, modules: readonly PlannedModule[]): void {
  const names = modules.flatMap(namesOf);
  const settings = [...partsOf(recipe), ...slicesOf(recipe), ...entriesOf(recipe)].map(({ parameters }) => parameters);
  for (const [name, { items }] of settings.flatMap((level) => [...level])) {
    for (const { filter, span } of items) {
      if (filter === undefined || names.some((tensor) => matchingItem([{ filter }], tensor))) continue;
      bag.add({
        code: "plan/unmatched-filter",
        severity: "warning",
        span,
        facts: { name, filter },
      });
    }
  }
}

/** Names that filters can see: with the layer numbers of the models and of the output. */
function namesOf(module: PlannedModule): readonly string[] {
  const { layout, slices } = module;
  const written = slices.reduce((sum, { layers }) => sum + layers, 0);
  const layers = largest(layout.depths.values(), written);
  const inLayers = Array.from({ length: layers }, (_, layer) => layout.layer.map(({ name }) => atLayer(name, layer)));
  return [...layout.pre, ...layout.post, ...mergedBehind(module)].map(({ name }) => name).concat(inLayers.flat());
}
