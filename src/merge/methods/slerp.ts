import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";
import { finding } from "../facts/findings";

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
export const slerp = defineMethod({
  id: "slerp",
  label: "SLERP",
  inputs: { others: { min: 1, max: 1 }, base: "required" },
  parameters: { t: { kind: "number", range: [0, 1], step: 0.01 } },
  perModel: {},
  whenShort: "copy",
  unlikeEmbeddings: "crop-to-smallest",
  skipsUnlikeShapes: false,

  check({ parameters: { t } }) {
    if (t >= 0 && t <= 1) return [];
    return [finding("warning", "t", "merge/t-extrapolates", { t })];
  },

  unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

  heeds({ parameters: { t }, inputs }) {
    return inputs.map(({ isBase }) => inputs.length === 1 || t !== (isBase ? 1 : 0));
  },

  strength: {
    /** Part of the way along the arc. */
    weaken: ({ parameters }, strength) => ({ parameters: { t: strength * parameters.t } }),
  },

  async prepare({ parameters }, { device, blocks, signal }) {
    const { gram, weightedSum } = await arithmetic();
    const [[base2 = 0, dot = 0] = [], [, other2 = 0] = []] = await gram(device, blocks, { signal });
    return weightedSum(slerpCoefficients(base2, dot, other2, parameters.t));
  },
});
