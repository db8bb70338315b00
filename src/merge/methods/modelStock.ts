import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";
import { flag } from "../facts/parameters";

/** A smaller product of two lengths is not divided by. */
const LEAST_NORMS = 1e-6;

/** Below this, the task vectors all but cancel, and the average has no side of the base to be on. */
const NEARLY_CANCELLED = 1e-6;

/**
 * Coefficients of the base and of N others: `t·avg + (1 − t)·b`, with `t = N·c / (1 + (N − 1)·c)` and c the mean cosine of all pairs of
 * task vectors. Where c is −1 / (N − 1), as that of two opposite vectors or of scalars, the quotient has no value: the base stays, where
 * mergekit writes NaN.
 * @param products of the task vectors
 */
function stock(products: readonly (readonly number[])[]): readonly number[] {
  const n = products.length;
  const length = (i: number) => Math.sqrt(products[i]?.[i] ?? 0);
  let cosines = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const cosine = (products[i]?.[j] ?? 0) / Math.max(length(i) * length(j), LEAST_NORMS);
      cosines += Math.min(1, Math.max(-1, cosine));
    }
  }
  const mean = cosines / ((n * (n - 1)) / 2);
  const spread = 1 + (n - 1) * mean;
  const t = Math.abs(spread) < NEARLY_CANCELLED ? 0 : (n * mean) / spread;
  return [1 - t, ...products.map(() => t / n)];
}

/** The average of fine-tunes, moved towards their base by how far apart they point; with `filter_wise` row by row. */
export const modelStock = defineMethod({
  id: "model_stock",
  label: "Model Stock",
  paper: { title: "Model Stock: All we need is just a few fine-tuned models", url: "https://arxiv.org/abs/2403.19522" },
  inputs: { others: { min: 2, max: Number.POSITIVE_INFINITY }, base: "required" },
  parameters: { filter_wise: flag(false) },
  perModel: {},
  whenShort: "drop",
  unlikeEmbeddings: "crop-to-smallest",
  skipsUnlikeShapes: false,

  unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

  async prepare({ shape, parameters }, tools) {
    const { rowsOf, span } = await arithmetic();
    const fibres = parameters.filter_wise ? rowsOf(shape) : undefined;
    return span(stock, { fibres, vectors: "mixed" }, tools);
  },
});
