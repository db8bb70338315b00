import { own } from "../base/own";
import { Recent } from "../base/recent";
import type { DType } from "../formats/dtypes";
import type { Model } from "../model/model";
import { AssembledSource } from "../model/sources/assembled";
import type { RowMap } from "../model/sources/rowMap";
import type { SourceTensor, TensorSource } from "../model/sources/tensorSource";
import type { MergePlan, PlannedInput } from "../recipe/plan/plan";
import { mergeFailure } from "./failures";

/** An input of an output tensor, found: a tensor of a source, of which as many elements count as the output has. */
export interface TensorInput extends SourceTensor {
  readonly model: string;
  readonly dtype: DType;
  /** See `inputKey`. */
  readonly key: string;
}

type Models = ReadonlyMap<string, Model>;

/** What inputs are made of that are not tensors of their models. */
export type RowMaps = MergePlan["rowMaps"];

/**
 * Finds an input of a planned tensor. Where it has more rows than the output (a vocabulary that is cropped), the first ones are meant:
 * rows lie one after the other, so they are the first elements.
 * @throws {AwaseError} `merge/no-model`, `merge/changed-model`, `merge/unlike-shape`
 */
export function openInput(
  planned: PlannedInput,
  outputShape: readonly number[],
  models: Models,
  maps: RowMaps,
): TensorInput {
  const { model, tensor, dtype } = planned;
  const source = inputSource(planned, models, maps);
  requireFirstRows(planned, outputShape);
  return { model, source, name: tensor, dtype, key: inputKey(planned, outputShape, models, maps) };
}

/** Equal for inputs that are the same elements of the same tensor of the same opened model, whatever a recipe does with them. */
export function inputKey(
  { model, tensor, dtype, rows }: PlannedInput,
  outputShape: readonly number[],
  models: Models,
  maps: RowMaps,
): string {
  const parts = rows === undefined ? [model] : (own(maps, rows)?.parts ?? []).map((part) => part.model);
  const of = parts.map((part) => {
    const weights = models.get(part)?.weights;
    return weights ? identityOf(weights) : "none";
  });
  return `${of.join("+")} ${rows ?? ""} ${tensor} ${dtype} [${outputShape.join(", ")}]`;
}

/**
 * Where the elements of an input come from, under its tensor's name: its model, or rows of several.
 * @throws {AwaseError} `merge/no-model`, `merge/changed-model`
 */
export function inputSource(planned: PlannedInput, models: Models, maps: RowMaps): TensorSource {
  const { rows, tensor, shape } = planned;
  if (rows === undefined) return sourceOf(planned, models);
  const map = own(maps, rows);
  if (!map) throw new TypeError(`The plan has no row map ${rows} for ${tensor}.`);
  const parts = map.parts.map((part) => {
    const model = models.get(part.model);
    if (!model) throw mergeFailure("merge/no-model", { model: part.model });
    const found = model.tensors.get(part.tensor);
    if (found?.dtype === part.dtype && found.shape[1] === shape[1]) return { source: model.weights, name: part.tensor };
    const facts = { found: found ? shown(found) : "missing", expected: `${part.dtype} [?, ${shape[1]}]` };
    throw mergeFailure("merge/changed-model", { model: part.model, tensor: part.tensor, ...facts });
  });
  return assembled(map, planned, parts);
}

/** What was put together lately: the mean that padding is filled with costs a walk over the whole matrix. */
const recent = new Recent<AssembledSource>(16);

function assembled(map: RowMap, { tensor, shape }: PlannedInput, parts: readonly SourceTensor[]): AssembledSource {
  const of = [map.digest, tensor, ...parts.map(({ source }) => source)];
  return recent.get(of, () => new AssembledSource({ name: tensor, shape }, map, parts));
}

function shown({ dtype, shape }: Pick<PlannedInput, "dtype" | "shape">): string {
  return `${dtype} [${shape.join(", ")}]`;
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
  const expected = shown(planned);
  const found = tensor ? shown(tensor) : "missing";
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
