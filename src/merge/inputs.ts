import type { DType } from "../formats/dtypes";
import type { Model } from "../model/model";
import type { SourceTensor, TensorSource } from "../model/sources/tensorSource";
import type { PlannedInput } from "../recipe/plan/plan";
import { mergeFailure } from "./failures";

/** An input of an output tensor, found: a tensor of a source, of which as many elements count as the output has. */
export interface TensorInput extends SourceTensor {
  readonly model: string;
  readonly dtype: DType;
  /** See `inputKey`. */
  readonly key: string;
}

type Models = ReadonlyMap<string, Model>;

/**
 * Finds an input of a planned tensor. Where it has more rows than the output (a vocabulary that is cropped), the first ones are meant:
 * rows lie one after the other, so they are the first elements.
 * @throws {AwaseError} `merge/no-model`, `merge/changed-model`, `merge/unlike-shape`
 */
export function openInput(planned: PlannedInput, outputShape: readonly number[], models: Models): TensorInput {
  const { model, tensor, dtype } = planned;
  const source = sourceOf(planned, models);
  requireFirstRows(planned, outputShape);
  return { model, source, name: tensor, dtype, key: inputKey(planned, outputShape, models) };
}

/** Equal for inputs that are the same elements of the same tensor of the same opened model, whatever a recipe does with them. */
export function inputKey(
  { model, tensor, dtype }: PlannedInput,
  outputShape: readonly number[],
  models: Models,
): string {
  const weights = models.get(model)?.weights;
  return `${weights ? identityOf(weights) : "none"} ${tensor} ${dtype} [${outputShape.join(", ")}]`;
}

const identities = new WeakMap<TensorSource, number>();
let opened = 0;

/** A model that is opened again may hold other bytes under the same name: what counts is the object. */
function identityOf(weights: TensorSource): number {
  const known = identities.get(weights) ?? ++opened;
  identities.set(weights, known);
  return known;
}

/** The model may have been loaded again since the plan was made, and not be the same. */
function sourceOf(planned: PlannedInput, models: Models): TensorSource {
  const model = models.get(planned.model);
  if (!model) {
    throw mergeFailure("merge/no-model", { model: planned.model });
  }
  const tensor = model.tensors.get(planned.tensor);
  const expected = `${planned.dtype} [${planned.shape.join(", ")}]`;
  const found = tensor ? `${tensor.dtype} [${tensor.shape.join(", ")}]` : "missing";
  if (tensor && found === expected) return model.weights;
  throw mergeFailure("merge/changed-model", { model: planned.model, tensor: planned.tensor, found, expected });
}

/** Only whole rows can be left out: anything else would cut hidden columns away. */
function requireFirstRows({ model, tensor, shape }: PlannedInput, output: readonly number[]): void {
  const [rows = 1, ...row] = shape;
  const [kept = 1, ...keptRow] = output;
  if (rows >= kept && row.length === keptRow.length && row.every((size, axis) => size === keptRow[axis])) return;
  const [found, expected] = [`[${shape.join(", ")}]`, `[${output.join(", ")}]`];
  throw mergeFailure("merge/unlike-shape", { model, tensor, found, expected });
}
