import { sum } from "../compute/sum";
import type { TermsDefinition } from "../compute/terms";
import type { MethodFacts } from "../recipe/facts";
import { baseIndex } from "./baseIndex";
import { DENSITY, flag, flagOf, LAMBDA, numberOf, WEIGHT } from "./parameters";
import { keepAll } from "./sparsify/all";
import type { Chosen, Sparsifier } from "./sparsify/sparsifier";
import { taskLengths, taskMap } from "./taskKernels";
import type { MergeMethod, Tools } from "./types";

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

  return {
    id,
    label,
    paper,
    base: "required",
    inputs: { min: 1, max: Number.POSITIVE_INFINITY },
    globals: {
      normalize: flag(facts.normalize),
      rescale: flag(facts.rescale),
      lambda: LAMBDA,
      int8_mask: flag(false), // chooses the type of a temporary in mergekit; no number depends on it
    },
    perModel: { weight: WEIGHT, density: DENSITY },
    unlikeEmbeddings: "crop-to-base",
    skipsUnlikeShapes: true,

    check: ({ elements, perModel }) =>
      perModel.flatMap((parameters) => sparsifier.check(numberOf(parameters, "density", 1), elements)),

    unchanged: ({ inputs }) => (inputs.every((input) => input.isBase) ? 0 : undefined),

    heeds: ({ globals, inputs }) =>
      inputs.map(
        ({ isBase, parameters }) =>
          isBase || (numberOf(parameters, "weight", 0) !== 0 && numberOf(globals, "lambda", 1) !== 0),
      ),

    strength: {
      /** λ scales what is added to the base, whatever the weights are divided by and whoever won the vote. */
      weaken: ({ globals, inputs }, strength) => ({
        globals: { ...globals, lambda: strength * numberOf(globals, "lambda", 1) },
        inputs,
      }),
    },

    async prepare(task, tools) {
      const base = baseIndex(task);
      const densities = task.inputs.map(({ parameters }) => numberOf(parameters, "density", 1));
      const weight = task.inputs.map(({ parameters }, k) => (k === base ? 0 : numberOf(parameters, "weight", 0)));
      const normalize = flagOf(task.parameters, "normalize", facts.normalize);
      const common = {
        weight,
        rescale: weight.map(() => 1),
        lambda: numberOf(task.parameters, "lambda", 1),
        normalize: Number(normalize),
        divisor: normalize ? divisorOf(weight) : 1,
      };
      if (sparsifier === keepAll || densities.every((density, k) => k === base || density >= 1)) {
        return { map: dense(base), uniforms: () => common };
      }
      const chosen = await sparsifier.choose(task, base, densities, tools);
      if (flagOf(task.parameters, "rescale", facts.rescale)) {
        common.rescale = (await rescales(lengths(base), chosen, tools)).toSpliced(base, 0, 1);
      }
      return { map: sparse(base), uniforms: (block) => ({ ...common, ...chosen(block) }) };
    },
  };
}

/** Σ fl(wᵢ) from the left in f32, or 1 where that is next to nothing. */
function divisorOf(weights: readonly number[]): number {
  const total = weights.reduce((sum, weight) => Math.fround(sum + Math.fround(weight)), 0);
  return Math.abs(total) < SMALLEST_DIVISOR ? 1 : total;
}

/** Σ|δ| / Σ|S(δ)| of every input but the base. */
async function rescales(
  lengths: TermsDefinition,
  chosen: Chosen,
  { device, blocks, signal }: Tools,
): Promise<readonly number[]> {
  const sums = await sum(device, blocks, { terms: lengths, uniforms: chosen }, signal);
  return Array.from({ length: sums.length / 2 }, (_, place) => {
    const [before, after] = [sums[2 * place] ?? 0, sums[2 * place + 1] ?? 0];
    return before < SHORTEST_L1 || after < SHORTEST_L1 ? 1 : before / after;
  });
}
