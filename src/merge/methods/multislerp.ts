import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";
import { finding } from "../facts/findings";
import { flag, WEIGHT } from "../facts/parameters";

/**
 * Coefficients of some vectors for their weighted mean on the sphere, given the length that their weighted lengths add up to. mergekit
 * leaves the mean along a tangent in which only rounding lies: the tangent plane touches the sphere at the mean itself.
 * Directions that cancel have no mean; there the vectors are added, for any number of models (mergekit stops for more than two).
 * reference/merge-methods.md 2.4 and 3.
 * @param shares weights, divided by their sum or not
 */
function barycentre(
  products: readonly (readonly number[])[],
  shares: readonly number[],
  eps: number,
): readonly number[] {
  const lengths = shares.map((_, i) => Math.sqrt(products[i]?.[i] ?? 0));
  const pulls = shares.map((share, i) => share / ((lengths[i] ?? 0) + eps));
  const mean2 = pulls.reduce(
    (sum, pull, i) => sum + pulls.reduce((row, other, j) => row + pull * other * (products[i]?.[j] ?? 0), 0),
    0,
  );
  const mean = Math.sqrt(Math.max(0, mean2));
  if (mean < eps) return shares;
  const length = shares.reduce((sum, share, i) => sum + share * (lengths[i] ?? 0), 0);
  return pulls.map((pull) => (pull * length) / mean);
}

/** Spherical interpolation of any number of models, or of their task vectors where there is a base, each tensor as one vector. */
export const multislerp = defineMethod({
  id: "multislerp",
  label: "Multi-SLERP",
  inputs: { others: { min: 1, max: Number.POSITIVE_INFINITY }, base: "optional" },
  parameters: { normalize_weights: flag(true), eps: { kind: "number", default: 1e-8, range: [0, 1e-6], step: 1e-8 } },
  perModel: { weight: WEIGHT },
  whenShort: "copy",
  unlikeEmbeddings: "error",
  skipsUnlikeShapes: false,

  check({ parameters, inputs }) {
    const weights = inputs.map(({ weight }) => weight);
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (!parameters.normalize_weights || weights.length < 2 || total !== 0) return [];
    return [
      finding("error", "weight", "merge/weights-sum-to-zero", {
        weights: weights.join(", "),
        key: "normalize_weights",
      }),
    ];
  },

  heeds: ({ inputs }) =>
    inputs.map(({ isBase, weight }) => isBase || weight !== 0 || inputs.length - Number(inputs[0]?.isBase) === 1),

  /** A model alone with the base goes out as it is, whatever its weight. */
  unchanged: ({ inputs }) => {
    const others = inputs.flatMap(({ isBase }, k) => (isBase ? [] : [k]));
    return others.length > 1 ? undefined : (others[0] ?? 0);
  },

  async prepare({ parameters, inputs }, tools) {
    const { span } = await arithmetic();
    const weights = inputs.filter(({ isBase }) => !isBase).map(({ weight }) => weight);
    const total = parameters.normalize_weights ? weights.reduce((sum, weight) => sum + weight, 0) : 1;
    const shares = weights.map((weight) => weight / total);
    const vectors = inputs[0]?.isBase ? "differences" : "inputs";
    return span((products) => barycentre(products, shares, parameters.eps), { vectors }, tools);
  },
});
