import type { MethodFacts } from "../../facts";
import type { Spanned } from "../../parse/recipe";
import { changeTo } from "../../problems/fixes";
import { nearest } from "../../text/nearest";
import { distinctSources, type PlannedModule, type PlannedSlice } from "../expand";
import type { PlanContext } from "../planContext";
import type { ProblemBag } from "../problemBag";

/** mergekit's methods, so that one which is not offered yet is told from a misspelt one. */
const MERGEKIT_METHODS: readonly string[] = [
  "linear",
  "slerp",
  "nuslerp",
  "multislerp",
  "karcher",
  "passthrough",
  "model_stock",
  "arcee_fusion",
  "nearswap",
  "sce",
  "ram",
  "ramplus_tl",
  "task_arithmetic",
  "ties",
  "dare_linear",
  "dare_ties",
  "breadcrumbs",
  "breadcrumbs_ties",
  "della",
  "della_linear",
];

/** The facts of the method a recipe names, or a problem on its line. */
export function findMethodFacts(
  { value, span }: Spanned<string>,
  methods: readonly MethodFacts[],
  bag: ProblemBag,
): MethodFacts | undefined {
  const method = methods.find(({ id }) => id === value);
  if (method) return method;
  const known = methods.map(({ id }) => id).join(", ");
  if (MERGEKIT_METHODS.includes(value)) {
    bag.add({
      code: "recipe/not-yet",
      severity: "error",
      span,
      facts: { method: value, known },
    });
    return undefined;
  }
  const meant = nearest(
    value,
    methods.map(({ id }) => id),
  );
  bag.add({
    code: "recipe/unknown-method",
    severity: "error",
    span,
    facts: { found: value, known, meant },
    fix: meant === undefined ? undefined : changeTo(meant, span),
  });
  return undefined;
}

/** Whether the method gets the base and the number of models it needs, slice by slice. */
export function checkInputs(context: PlanContext, modules: readonly PlannedModule[]): void {
  for (const { slices, stacked } of modules) {
    for (const slice of slices) {
      reportRepeats(context, slice);
      checkBase(context, slice);
      checkCount(context, slice, stacked ? "slice" : "recipe");
    }
  }
}

function checkBase({ method, recipe, bag }: PlanContext, slice: PlannedSlice): void {
  if (method.base !== "required") return;
  const { base } = slice;
  if (!base) {
    bag.add({
      code: "plan/base-required",
      severity: "error",
      span: recipe.method.span,
      facts: { method: method.id, label: method.label },
    });
    return;
  }
  const models = distinctSources(slice);
  if (models.some(({ source }) => source.model.identity === base.identity)) return;
  if (models.length === 1 && method.whenShort === "copy") return; // copied unchanged
  bag.add({
    code: "plan/base-not-in-slice",
    severity: "error",
    span: slice.span,
    facts: { method: method.id, label: method.label, base: base.key },
  });
}

function checkCount({ method, recipe, bag }: PlanContext, slice: PlannedSlice, of: "slice" | "recipe"): void {
  const found = distinctSources(slice).length;
  const { min, max } = method.inputs;
  const added = slice.sources.some((source) => source.added);
  if (found >= min && found <= max) return;
  // Without a base of its own, the method may leave an added one out.
  if (
    added &&
    method.base === "none" &&
    found - 1 >= min &&
    found - 1 <= max &&
    Object.keys(method.perModel).length > 0
  ) {
    const required = Object.values(method.perModel).some((parameter) => parameter.default === undefined);
    if (required) return;
  }
  bag.add({
    code: "plan/input-count",
    severity: "error",
    span: of === "slice" ? slice.span : recipe.method.span,
    facts: { method: method.id, label: method.label, found, min, max, added: added ? "base" : undefined, of },
  });
}

/** Two entries that mean the same model are one input. */
function reportRepeats({ bag }: PlanContext, slice: PlannedSlice): void {
  const seen = new Set<string>();
  for (const { model } of slice.sources) {
    if (!seen.has(model.identity)) {
      seen.add(model.identity);
      continue;
    }
    bag.add({
      code: "plan/same-model-twice",
      severity: "warning",
      span: model.span,
      facts: { model: model.key },
    });
  }
}
