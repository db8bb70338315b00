import { type CodeOf, type FactsAfter, type Sentences, sayer } from "../../base/sentences";
import type { MethodFinding } from "../../recipe/facts";

/** What methods and sparsifiers say of the numbers they get, in English. */
export const findingSentences = {
  "merge/weights-sum-to-zero": ({ weights, key }: { weights: string; key: string }) =>
    `The weights ${weights} add up to 0, and the sum of the models is divided by that. Change a weight, or set ${key}: false.`,
  "merge/t-extrapolates": ({ t }: { t: number }) =>
    `t is ${t}; outside 0 to 1 the result lies beyond the two models instead of between them.`,
  "merge/density-keeps-nothing": ({
    density,
    kept,
    elements,
    needed,
  }: {
    density: number;
    kept: number;
    elements: number;
    needed: number;
  }) =>
    `A density of ${density} keeps ${kept} of ${elements} elements, and at least 1 must stay. Set it to ${needed} or more to keep one.`,
  "merge/gamma-keeps-nothing": ({ gamma, elements, needed }: { gamma: number; elements: number; needed: number }) =>
    `A gamma of ${gamma} drops less than 1 of ${elements} elements as an outlier, and then none is kept: the base's values go out. Set gamma to ${needed} or more, or density to 1, for small tensors.`,
  "merge/density-negative": ({ density }: { density: number }) =>
    `A density of ${density} is no probability. Set it between 0 and 1.`,
  "merge/tol-negative": ({ tol }: { tol: number }) =>
    `A tol of ${tol} is no length. Set it to 0 or more; 0.00001 is usual.`,
  "merge/tol-empties": ({ tol, limit }: { tol: number; limit: number }) =>
    `A tol of ${tol} takes every tensor whose length is not larger for one without direction: where that is so of all models, it becomes 0. Set it to ${limit} or less.`,
  "merge/epsilon-leaves-range": ({
    density,
    epsilon,
    least,
    most,
    needed,
  }: {
    density: number;
    epsilon: number;
    least: number;
    most: number;
    needed: number;
  }) =>
    `A density of ${density} with an epsilon of ${epsilon} keeps elements with probabilities from ${least} to ${most}, which must lie between 0 and 1. Set epsilon below ${needed}.`,
} satisfies Sentences;

type FindingSentences = typeof findingSentences;

const said = sayer(findingSentences);

/** A finding about one parameter, by its code and facts. */
export function finding<C extends CodeOf<FindingSentences>>(
  severity: MethodFinding["severity"],
  parameter: string,
  ...[code, ...facts]: readonly [C, ...FactsAfter<FindingSentences, C>]
): MethodFinding {
  return { ...said(code, ...facts), severity, parameter };
}
