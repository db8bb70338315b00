import type { Blocks } from "../compute/blocks";
import type { Device } from "../compute/device";
import type { BoundMap } from "../compute/kernels/map/map";
import type { MethodFacts, ResolvedParameters } from "../recipe/facts";

/** What a method sees of one output tensor. */
export interface TensorTask {
  /** Output name: part of the key of random draws. */
  readonly name: string;
  /** Elements per input; all inputs have been cropped or left out until they agree. */
  readonly count: number;
  readonly shape: readonly number[];
  readonly parameters: ResolvedParameters;
  /** The base first, where there is one; the others in recipe order. */
  readonly inputs: readonly {
    readonly model: string;
    readonly isBase: boolean;
    readonly parameters: ResolvedParameters;
  }[];
  readonly seed: number;
}

/** What a method may do with the weights before it names its map. */
export interface Tools {
  readonly device: Device;
  /** The inputs in the order of `task.inputs`; walking them again reads them again, from the device where they fit. */
  readonly blocks: Blocks;
  readonly signal?: AbortSignal;
}

/**
 * A merge method: reductions over all blocks, then one map over blocks. It describes itself; nobody switches on its id.
 */
export interface MergeMethod extends MethodFacts {
  /**
   * The input whose values go out as they are, if the numbers say so (`passthrough` without scale, a task-vector merge
   * with the base alone): its bytes are copied where the dtype allows, and `prepare` is not asked.
   */
  unchanged?(task: TensorTask): number | undefined;
  /** Runs the reductions (none for a plain map) and returns the map with its numbers. */
  prepare(task: TensorTask, tools: Tools): Promise<BoundMap>;
}
