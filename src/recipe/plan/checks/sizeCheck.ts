import { slicesOf } from "../../parse/parts";
import type { Setting, Settings } from "../../parse/recipe";
import type { PlannedModule, PlannedSlice } from "../expand";
import type { PlanContext } from "../planContext";

/** Tensors of one output. The largest published mixtures have a hundred thousand. */
export const MAX_OUTPUT_TENSORS = 500_000;
/** Looks at an input or at a filter while a plan is made. Stacks of a hundred slices with filters for every layer take some million. */
export const MAX_LOOKS = 50_000_000;

/** Whether the plan is of a size that can be made; found out by counting, before anything is made. */
export function checkSize({ recipe, bag }: PlanContext, modules: readonly PlannedModule[]): void {
  let [tensors, looks] = [0, 0];
  const above = linesOf(recipe.parameters);
  for (const { layout, slices } of modules) {
    const around = layout.pre.length + layout.post.length + (layout.behind?.length ?? 0);
    tensors += around;
    for (const slice of slices) {
      const inside = slice.layers * layout.layer.length;
      tensors += inside;
      looks += (inside + around / slices.length) * (slice.sources.length + above + linesOfSlice(slice));
    }
  }
  const { span } = recipe.method;
  if (tensors > MAX_OUTPUT_TENSORS) {
    bag.add({
      code: "plan/too-many-tensors",
      severity: "error",
      span: slicesOf(recipe)[0]?.span ?? span,
      facts: { found: tensors, limit: MAX_OUTPUT_TENSORS },
    });
  } else if (looks > MAX_LOOKS) {
    const found = Math.round(looks);
    bag.add({
      code: "plan/too-much-work",
      severity: "error",
      span,
      facts: { found, limit: MAX_LOOKS },
    });
  }
}

function linesOfSlice({ parameters, moduleParameters, sources }: PlannedSlice): number {
  const own = linesOf(parameters) + linesOf(moduleParameters);
  return sources.reduce((sum, source) => sum + linesOf(source.parameters), own);
}

function linesOf(settings: Settings): number {
  return [...settings.values()].reduce((sum, { items }: Setting) => sum + items.length, 0);
}
