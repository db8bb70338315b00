import { AwaseError } from "../../base/errors";
import type { TensorFacts } from "../../formats/tensor";

/**
 * A tensor of a source by its name.
 * @param model what the source is called in the sentence
 * @throws {AwaseError} `merge/no-tensor`
 */
export function tensorNamed<T extends TensorFacts>(tensors: ReadonlyMap<string, T>, name: string, model: string): T {
  const found = tensors.get(name);
  if (found) return found;
  throw new AwaseError(
    "merge/no-tensor",
    `There is no tensor ${name} in ${model}. Ask for one that its list of tensors names.`,
    { facts: { tensor: name, model } },
  );
}
