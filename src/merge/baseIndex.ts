import { AwaseError } from "../base/errors";
import type { TensorTask } from "./types";

/**
 * The place of the base among the inputs of a tensor.
 * @throws {AwaseError} `merge/no-base`
 */
export function baseIndex(task: TensorTask): number {
  const base = task.inputs.findIndex((input) => input.isBase);
  if (base >= 0) return base;
  throw new AwaseError(
    "merge/no-base",
    `Cannot merge ${task.name}: none of its ${task.inputs.length} inputs is the base model. ` +
      "List the base model among the sources of the slice.",
    { facts: { tensor: task.name, inputs: task.inputs.length } },
  );
}
