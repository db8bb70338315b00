import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";
import { flag, WEIGHT } from "../facts/parameters";

/** Shorter vectors are divided by this. */
const SHORTEST = 1e-7;
/** Weights that add up to less say nothing: halfway. */
const LEAST_WEIGHT = 1e-6;
/** Below this, the sine of the angle is not divided by. */
const LEAST_SINE = 1e-8;
/** Vectors within this of opposite have no arc between them, and mergekit's numbers explode: they are blended in a straight line. */
const NEARLY_OPPOSITE = 1e-6;

/**
 * Coefficients of two vectors on the arc between them, from their inner products, in f64.
 * @param t 0 is the first, 1 the second
 */
function arc(products: readonly (readonly number[])[], t: number): readonly number[] {
  const [[a2 = 0, dot = 0] = [], [_, b2 = 0] = []] = products;
  const norms = Math.max(Math.sqrt(a2), SHORTEST) * Math.max(Math.sqrt(b2), SHORTEST);
  const cosine = Math.min(1, Math.max(-1, dot / norms));
  const angle = Math.acos(cosine);
  const sine = Math.sin(angle);
  if (sine < LEAST_SINE || cosine < -1 + NEARLY_OPPOSITE) return [1 - t, t];
  return [Math.sin((1 - t) * angle) / sine, Math.sin(t * angle) / sine];
}

/**
 * Spherical interpolation of two models, or of their task vectors where there is a base: each tensor as one vector, or row by row, or
 * column by column. mergekit's `nuslerp_row_wise` means columns.
 */
export const nuslerp = defineMethod({
  id: "nuslerp",
  label: "NuSLERP",
  inputs: { others: { min: 2, max: 2 }, base: "optional" },
  parameters: { nuslerp_flatten: flag(true), nuslerp_row_wise: flag(false) },
  perModel: { weight: WEIGHT },
  whenShort: "copy",
  unlikeEmbeddings: "crop-to-smallest",
  skipsUnlikeShapes: false,

  heeds: ({ inputs }) =>
    inputs.map(({ isBase, weight }) => isBase || weight !== 0 || inputs.every((input) => input.weight === 0)),

  unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

  async prepare({ shape, parameters, inputs }, tools) {
    const { columnsOf, rowsOf, span } = await arithmetic();
    const [first = 0, second = 0] = inputs.filter(({ isBase }) => !isBase).map(({ weight }) => weight);
    const total = first + second;
    const t = Math.abs(total) < LEAST_WEIGHT ? 0.5 : second / total;
    const { nuslerp_flatten, nuslerp_row_wise } = parameters;
    const fibres = nuslerp_flatten ? undefined : nuslerp_row_wise ? columnsOf(shape) : rowsOf(shape);
    const vectors = inputs[0]?.isBase ? "differences" : "inputs";
    return span((products) => arc(products, t), { fibres, vectors }, tools);
  },
});
