import { memo } from "../../base/memo";
import type { BoundMap } from "../../compute/kernels/map/map";
import { sum } from "../../compute/kernels/reduce/sum";
import type { TermsDefinition } from "../../compute/kernels/reduce/terms";
import type { ResolvedParameters } from "../../recipe/facts";
import type { MethodTask } from "../facts/defineMethod";
import type { TaskVectorFacts, TaskVectorParameters, WeightParameter } from "../facts/taskVectorFacts";
import type { Chosen } from "../sparsify/sparsifier";
import type { Tools } from "../types";
import { keepAll } from "./sparse/all";
import { taskLengths, taskMap } from "./taskKernels";

/** Below this, the L1 norm of a task vector is not divided by, nor scaled to. */
const SHORTEST_L1 = 1e-7;
/** Below this, the sum of weights is not divided by. */
const SMALLEST_DIVISOR = 1e-8;

/* A kernel is found by its definition, so each is made once. */
const mapOf = memo(taskMap);
const lengthsOf = memo(taskLengths);

/** Sparsifies, weighs, combines and adds the task vectors of a tensor: see `taskVectorMethod`. */
export async function addTaskVectors(
  { sparsifier, consensus }: Pick<TaskVectorFacts, "sparsifier" | "consensus">,
  { name, count, shape, seed, parameters, inputs }: MethodTask<TaskVectorParameters, WeightParameter>,
  tools: Tools,
): Promise<BoundMap> {
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
  if (values.slice(1).every((own) => sparsifier.keepsAll(own))) {
    return { map: mapOf(keepAll, consensus), uniforms: () => common };
  }
  const kernel = await sparsifier.kernel();
  const chosen = await kernel.choose({ name, count, shape, seed, inputs }, values, tools);
  if (rescale) common.rescale = [1, ...(await rescales(lengthsOf(kernel), chosen, tools))];
  const { table, numbers } = chosen;
  return {
    map: mapOf(kernel, consensus),
    ...(table && { table }),
    uniforms: (block) => ({ ...common, ...numbers(block) }),
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
  { table, numbers }: Chosen,
  { device, blocks, signal }: Tools,
): Promise<readonly number[]> {
  const sums = await sum(device, blocks, { terms: lengths, ...(table && { table }), uniforms: numbers }, signal);
  return Array.from({ length: sums.length / 2 }, (_, place) => {
    const [before, after] = [sums[2 * place] ?? 0, sums[2 * place + 1] ?? 0];
    return before < SHORTEST_L1 || after < SHORTEST_L1 ? 1 : before / after;
  });
}
