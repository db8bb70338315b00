import { arithmetic } from "../arithmetic";
import { defineMethod } from "../facts/defineMethod";
import { finding } from "../facts/findings";

/** Tensors that matter are longer; of those that are not, nothing is left, as in mergekit. */
const LARGEST_TOL = 1e-3;
/** A smaller sine is that of opposite directions: no arc leads from one to the other rather than another. */
const LEAST_SINE = 1e-8;

/**
 * Coefficients of N vectors for the mean of their directions on the sphere (its Karcher or Fréchet mean), with their mean length.
 * The mean is a combination of the directions, so that each step of its search, along the mean of the arcs to them, is taken on
 * coefficients: Ĝ holds the cosines, and |u|² = cᵀĜc. reference/merge-methods.md 2.5 and 3.
 * @param most steps
 * @param least length of a vector that counts, angle of an arc, and length of a step
 */
function mean(products: readonly (readonly number[])[], most: number, least: number): readonly number[] {
  const lengths = products.map((row, i) => Math.sqrt(row[i] ?? 0));
  const counting = [...lengths.keys()].filter((i) => (lengths[i] ?? 0) > least);
  const cosine = (i: number, j: number) => (products[i]?.[j] ?? 0) / ((lengths[i] ?? 1) * (lengths[j] ?? 1));
  const cosines = counting.map((i) => counting.map((j) => cosine(i, j)));
  const times = (c: readonly number[]) => cosines.map((row) => row.reduce((sum, g, j) => sum + g * (c[j] ?? 0), 0));
  const lengthOf = (c: readonly number[]) =>
    Math.sqrt(
      Math.max(
        0,
        times(c).reduce((sum, product, i) => sum + product * (c[i] ?? 0), 0),
      ),
    );
  const unit = (c: readonly number[], otherwise: readonly number[]) => {
    const length = lengthOf(c);
    return length > least ? c.map((value) => value / length) : otherwise;
  };

  const share = 1 / counting.length;
  let c = unit(
    counting.map(() => share),
    counting.map((_, place) => (place === 0 ? 1 : 0)),
  );
  for (let step = 0; step < most; step++) {
    const tangent = counting.map(() => 0);
    for (const [place, product] of times(c).entries()) {
      const d = Math.min(1, Math.max(-1, product));
      const angle = Math.acos(d);
      const sine = Math.sin(angle);
      if (angle < least || sine < LEAST_SINE) continue;
      const pull = (share * angle) / sine;
      for (const [at, value] of c.entries()) tangent[at] = (tangent[at] ?? 0) - pull * d * value;
      tangent[place] = (tangent[place] ?? 0) + pull;
    }
    const length = lengthOf(tangent);
    if (length < least || length === 0) break;
    const ahead = c.map((value, i) => Math.cos(length) * value + (Math.sin(length) / length) * (tangent[i] ?? 0));
    c = unit(ahead, ahead);
  }

  const length = lengths.reduce((sum, value) => sum + value / lengths.length, 0);
  const coefficients = lengths.map(() => 0);
  for (const [place, i] of counting.entries()) coefficients[i] = ((c[place] ?? 0) * length) / (lengths[i] ?? 1);
  return coefficients;
}

/** The mean of the models' directions on the sphere, with their mean length: each tensor as one vector, all models alike. */
export const karcher = defineMethod({
  id: "karcher",
  label: "Karcher mean",
  paper: {
    title: "Functionality-Oriented LLM Merging on the Fisher–Rao Manifold",
    url: "https://arxiv.org/abs/2603.04972",
  },
  inputs: { others: { min: 1, max: Number.POSITIVE_INFINITY }, base: "none" },
  parameters: {
    max_iter: { kind: "integer", default: 10, range: [1, 100], step: 1 },
    tol: { kind: "number", default: 1e-5, range: [0, 1e-3], step: 1e-6 },
  },
  perModel: {},
  whenShort: "copy",
  unlikeEmbeddings: "crop-to-smallest",
  skipsUnlikeShapes: false,

  check({ parameters: { tol } }) {
    if (tol < 0) return [finding("error", "tol", "merge/tol-negative", { tol })];
    return tol > LARGEST_TOL ? [finding("warning", "tol", "merge/tol-empties", { tol, limit: LARGEST_TOL })] : [];
  },

  unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

  prepare: async ({ parameters: { max_iter, tol } }, tools) =>
    (await arithmetic()).span((products) => mean(products, max_iter, tol), { vectors: "inputs" }, tools),
});
