import { gram } from "../../compute/gram";
import { baseIndex } from "../baseIndex";
import { numberOf } from "../parameters";
import type { MergeMethod } from "../types";
import { weightedSum } from "../weightedSum";

/** A shorter vector has no direction worth dividing by. */
const SHORTEST = 1e-8;
/** Beyond this cosine the arc is taken for a line. */
const NEARLY_PARALLEL = 0.9995;

/**
 * Coefficients of the base and of the other model on the arc between two vectors, from their inner products, in f64.
 * @param t 0 is the base, 1 the other; outside it extrapolates.
 */
export function slerpCoefficients(base2: number, dot: number, other2: number, t: number): readonly [number, number] {
  const [baseNorm, otherNorm] = [Math.sqrt(base2), Math.sqrt(other2)];
  const cosine = dot / ((baseNorm > SHORTEST ? baseNorm : 1) * (otherNorm > SHORTEST ? otherNorm : 1));
  if (Math.abs(cosine) > NEARLY_PARALLEL) return [1 - t, t];
  const angle = Math.acos(cosine);
  return [Math.sin(angle - t * angle) / Math.sin(angle), Math.sin(t * angle) / Math.sin(angle)];
}

/**
 * Spherical interpolation between the base and one other model, each tensor as one vector.
 * The coefficients apply to the original vectors, so lengths that differ are blended too.
 */
export const slerp: MergeMethod = {
  id: "slerp",
  label: "SLERP",
  base: "required",
  inputs: { min: 1, max: 2 },
  globals: { t: { kind: "number", range: [0, 1], step: 0.01 } },
  perModel: {},
  unlikeEmbeddings: "crop-to-smallest",
  skipsUnlikeShapes: false,

  check({ globals }) {
    const t = numberOf(globals, "t", 0);
    if (t >= 0 && t <= 1) return [];
    return [
      {
        code: "merge/t-extrapolates",
        severity: "warning",
        message: `t is ${t}; outside 0 to 1 the result lies beyond the two models instead of between them.`,
        parameter: "t",
      },
    ];
  },

  unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

  heeds({ globals, inputs }) {
    const t = numberOf(globals, "t", 0);
    return inputs.map(({ isBase }) => inputs.length === 1 || t !== (isBase ? 1 : 0));
  },

  strength: {
    /** Part of the way along the arc. */
    weaken: ({ globals, inputs }, strength) => ({
      globals: { ...globals, t: strength * numberOf(globals, "t", 0) },
      inputs,
    }),
  },

  async prepare(task, { device, blocks, signal }) {
    const base = baseIndex(task);
    const other = 1 - base;
    const products = await gram(device, blocks, { ...(signal && { signal }) });
    const [atBase, atOther] = slerpCoefficients(
      products[base]?.[base] ?? 0,
      products[base]?.[other] ?? 0,
      products[other]?.[other] ?? 0,
      numberOf(task.parameters, "t", 0),
    );
    return weightedSum(base === 0 ? [atBase, atOther] : [atOther, atBase]);
  },
};
