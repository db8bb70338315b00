import type { MethodFacts, ParameterFacts } from "../facts";

const flag = (value: boolean): ParameterFacts => ({ kind: "boolean", default: value });
const required: ParameterFacts = { kind: "number" };
const one: ParameterFacts = { kind: "number", default: 1 };
const any = Number.POSITIVE_INFINITY;

function method(facts: Partial<MethodFacts> & Pick<MethodFacts, "id">): MethodFacts {
  const { base = "none", inputs = { min: 1, max: any } } = facts;
  const bases = base === "required" ? 1 : 0;
  return {
    others: { min: inputs.min - bases, max: inputs.max - bases },
    whenShort: base === "required" ? "base" : "error",
    label: facts.id,
    base: "none",
    inputs: { min: 1, max: any },
    globals: {},
    perModel: {},
    unlikeEmbeddings: "crop-to-smallest",
    skipsUnlikeShapes: false,
    ...facts,
  };
}

function taskVectors(id: string, defaults: { normalize: boolean; rescale: boolean }): MethodFacts {
  return method({
    id,
    base: "required",
    globals: {
      normalize: flag(defaults.normalize),
      rescale: flag(defaults.rescale),
      lambda: one,
      int8_mask: flag(false),
    },
    perModel: { weight: required, density: one, ...(id.startsWith("breadcrumbs") ? { gamma: one } : {}) },
    unlikeEmbeddings: "crop-to-base",
    skipsUnlikeShapes: true,
  });
}

/** Facts of merge methods for tests of the planner, which must work for any facts. */
export const testMethods: readonly MethodFacts[] = [
  method({
    id: "linear",
    globals: { normalize: flag(true) },
    perModel: { weight: required },
    heeds: ({ inputs }) => inputs.map(({ parameters }) => parameters.weight !== 0),
    check: ({ perModel }) =>
      perModel.some(({ weight }) => Number(weight) > 100)
        ? [
            {
              code: "merge/heavy",
              severity: "warning",
              message: "A weight is above 100.",
              facts: {},
              parameter: "weight",
            },
          ]
        : [],
  }),
  method({
    id: "slerp",
    base: "required",
    inputs: { min: 1, max: 2 },
    others: { min: 1, max: 1 },
    whenShort: "copy",
    globals: { t: required },
    heeds: ({ globals, inputs }) => inputs.map(({ isBase }) => globals.t !== (isBase ? 1 : 0)),
  }),
  method({
    id: "nuslerp",
    base: "optional",
    inputs: { min: 1, max: 3 },
    others: { min: 2, max: 2 },
    whenShort: "copy",
    globals: { nuslerp_flatten: flag(true), nuslerp_row_wise: flag(false) },
    perModel: { weight: required },
  }),
  method({
    id: "model_stock",
    base: "required",
    inputs: { min: 3, max: any },
    whenShort: "drop",
    globals: { filter_wise: flag(false) },
  }),
  taskVectors("task_arithmetic", { normalize: false, rescale: false }),
  taskVectors("ties", { normalize: true, rescale: false }),
  taskVectors("breadcrumbs", { normalize: false, rescale: false }),
  taskVectors("breadcrumbs_ties", { normalize: false, rescale: false }),
  taskVectors("dare_linear", { normalize: false, rescale: true }),
  taskVectors("dare_ties", { normalize: false, rescale: true }),
  method({
    id: "passthrough",
    inputs: { min: 1, max: 1 },
    perModel: { scale: { kind: "number", default: null } },
    unlikeEmbeddings: "error",
  }),
  method({ id: "karcher", globals: { max_iter: { kind: "integer", default: 10 } } }),
];
