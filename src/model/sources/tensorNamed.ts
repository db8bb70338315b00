import type { TensorFacts } from "../../formats/tensor";
import { modelFailure } from "../failures";

/**
 * A tensor of a source by its name.
 * @param model what the source is called in the sentence
 * @throws {AwaseError} `merge/no-tensor`
 */
export function tensorNamed<T extends TensorFacts>(tensors: ReadonlyMap<string, T>, name: string, model: string): T {
  const found = tensors.get(name);
  if (found) return found;
  throw modelFailure("merge/no-tensor", { tensor: name, model });
}
