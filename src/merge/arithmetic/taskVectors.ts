import { sum } from "../../compute/kernels/reduce/sum";
import type { TermsDefinition } from "../../compute/kernels/reduce/terms";
import type { MethodFacts, ResolvedParameters } from "../../recipe/facts";
import { defineMethod } from "../defineMethod";
import { flag, LAMBDA, WEIGHT } from "../parameters";
import { keepAll } from "../sparsify/all";
import type { Chosen, Sparsifier } from "../sparsify/sparsifier";
import type { MergeMethod, Tools } from "../types";
import { taskLengths, taskMap } from "./taskKernels";

/** Below this, the L1 norm of a task vector is not divided by, nor scaled to. */
const SHORTEST_L1 = 1e-7;
/** Below this, the sum of weights is not divided by. */
const SMALLEST_DIVISOR = 1e-8;

export interface TaskVectorFacts extends Required<Pick<MethodFacts, "id" | "label" | "paper">> {
  readonly sparsifier: Sparsifier;
  /** Whether each element listens only to models that agree with the sign of the weighted sum. */
  readonly consensus: boolean;
  /** Defaults of the two switches. */
  readonly normalize: boolean;
  readonly rescale: boolean;
}

/**
 * A method of the task-vector family: differences to the base are sparsified one by one, weighted, combined, and added back.
 *
 *     δᵢ = xᵢ − b     yᵢ = wᵢ·rescaleᵢ·S(δᵢ)     out = b + λ·mix
 *
 * Without consensus, mix = Σ yᵢ, divided by Σ wᵢ if `normalize`. With it, both sums go, per element, over the models whose yᵢ
 * has the sign of Σ yᵢ. `rescale` gives every sparsified vector the L1 norm back that it had before.
 */
export function taskVectorMethod(facts: TaskVectorFacts): MergeMethod {
  const { id, label, paper, sparsifier, consensus } = facts;
  const sparse = taskMap(sparsifier, consensus);
  const dense = taskMap(keepAll, consensus);
  const lengths = taskLengths(sparsifier);
  const perModel: { readonly weight: typeof WEIGHT } = { weight: WEIGHT, ...sparsifier.parameters };

  return defineMethod({
    id,
    label,
    paper,
    inputs: { others: { min: 0, max: Number.POSITIVE_INFINITY }, base: "required" },
    parameters: {
      normalize: flag(facts.normalize),
      rescale: flag(facts.rescale),
      lambda: LAMBDA,
      int8_mask: flag(false), // chooses the type of a temporary in mergekit; no number depends on it
    },
    perModel,
    whenShort: "base",
    unlikeEmbeddings: "crop-to-base",
    skipsUnlikeShapes: true,

    check: ({ elements, inputs }) => inputs.flatMap((values) => sparsifier.check(values, elements)),

    unchanged: ({ inputs }) => (inputs.length === 1 ? 0 : undefined),

    heeds: ({ parameters: { lambda }, inputs }) =>
      inputs.map(({ isBase, weight }) => isBase || (weight !== 0 && lambda !== 0)),

    strength: {
      /** λ scales what is added to the base, whatever the weights are divided by and whoever won the vote. */
      weaken: ({ parameters }, strength) => ({ parameters: { lambda: strength * parameters.lambda } }),
    },

    async prepare({ name, count, shape, seed, parameters, inputs }, tools) {
      const { normalize, rescale, lambda } = parameters;
      const weight = inputs.map((input, k) => (k === 0 ? 0 : input.weight));
      const common = {
        weight,
        rescale: weight.map(() => 1),
        lambda,
        normalize: Number(normalize),
        divisor: normalize ? divisorOf(weight) : 1,
      };
      const values = inputs.map(({ model, isBase, ...own }): ResolvedParameters => own);
      if (values.slice(1).every((own) => sparsifier.keepsAll(own))) return { map: dense, uniforms: () => common };
      const chosen = await sparsifier.choose({ name, count, shape, seed, inputs }, values, tools);
      if (rescale) common.rescale = [1, ...(await rescales(lengths, chosen, tools))];
      const { table, numbers } = chosen;
      return { map: sparse, ...(table && { table }), uniforms: (block) => ({ ...common, ...numbers(block) }) };
    },
  });
}

/** Σ fl(wᵢ) from the left in f32, or 1 where that is next to nothing. */
function divisorOf(weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => Math.fround(sum + Math.fround(weight)), 0);
  return Math.abs(total) < SMALLEST_DIVISOR ? 1 : total;
}

/** Σ|δ| / Σ|S(δ)| of every input but the base. */
async function rescales(
  lengths: TermsDefinition,
  { table, numbers }: Chosen,
  { device, blocks, signal }: Tools,
): Promise<readonly number[]> {
  const sums = await sum(device, blocks, { terms: lengths, ...(table && { table }), uniforms: numbers }, signal);
  return Array.from({ length: sums.length / 2 }, (_, place) => {
    const [before, after] = [sums[2 * place] ?? 0, sums[2 * place + 1] ?? 0];
    return before < SHORTEST_L1 || after < SHORTEST_L1 ? 1 : before / after;
  });
}
