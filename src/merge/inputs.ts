import { AwaseError } from "../base/errors";
import type { DType } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { ByteRange, ByteSource } from "../io/types";
import type { Checkpoint, ModelTensor } from "../model/checkpoint";
import { elementRanges, readElements as readStored } from "../model/elements";
import type { MergePlan, PlannedInput } from "../recipe/plan/plan";

/** An input of an output tensor, opened. */
export interface TensorInput {
  readonly model: string;
  readonly dtype: DType;
  /** Bytes the plan says it takes to read it all. */
  readonly bytes: number;
  /** See `inputKey`. */
  readonly key: string;
  /** Elements [start, end). Of a tensor that is cropped the first count. */
  read(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

type Models = ReadonlyMap<string, Checkpoint>;

/**
 * Finds an input of a planned tensor. Where the input has more rows than the output, its first ones are meant.
 * @throws {AwaseError} `merge/no-model`, `merge/changed-model`, `merge/unlike-shape`
 */
export function openInput(planned: PlannedInput, outputShape: readonly number[], models: Models): TensorInput {
  const { model, dtype, bytes } = planned;
  const { checkpoint, tensor } = findTensor(planned, models);
  checkRows(planned, outputShape);
  return {
    model,
    dtype,
    bytes,
    key: inputKey(planned, outputShape, models),
    read: (start, end, signal) => readStored(checkpoint, tensor, start, end, signal),
  };
}

/** Equal for inputs that are the same elements of the same tensor of the same opened model, whatever a recipe does with them. */
export function inputKey(
  { model, tensor, dtype }: PlannedInput,
  outputShape: readonly number[],
  models: Models,
): string {
  const checkpoint = models.get(model);
  return `${checkpoint ? identityOf(checkpoint) : "none"} ${tensor} ${dtype} [${outputShape.join(", ")}]`;
}

const identities = new WeakMap<Checkpoint, number>();
let opened = 0;

/** A model that is opened again may hold other bytes under the same name: what counts is the object. */
function identityOf(checkpoint: Checkpoint): number {
  const known = identities.get(checkpoint) ?? ++opened;
  identities.set(checkpoint, known);
  return known;
}

/** Tells the sources of a plan's models which bytes will be read, tensors in `skip` left out. */
export async function expectReads(plan: MergePlan, models: Models, skip: ReadonlySet<number>): Promise<void> {
  const ranges = new Map<ByteSource, ByteRange[]>();
  for (const [index, { inputs, shape }] of plan.tensors.entries()) {
    if (skip.has(index)) continue;
    for (const input of inputs) {
      for (const { source, start, end } of await inputRanges(input, shape, models)) {
        const known = ranges.get(source);
        if (known) known.push({ start, end });
        else ranges.set(source, [{ start, end }]);
      }
    }
  }
  for (const [source, wanted] of ranges) source.expect?.(wanted.sort((a, b) => a.start - b.start));
}

/**
 * The bytes that are read for an input of a planned tensor, with the files they are in.
 * @throws {AwaseError} as `openInput`, and what opening a file throws
 */
export async function inputRanges(
  planned: PlannedInput,
  outputShape: readonly number[],
  models: Models,
): Promise<readonly (ByteRange & { readonly source: ByteSource })[]> {
  const { checkpoint, tensor } = findTensor(planned, models);
  checkRows(planned, outputShape);
  return Promise.all(
    elementRanges(tensor, 0, elementCount(outputShape)).map(async ({ file, ...range }) => ({
      ...range,
      source: await checkpoint.source(file),
    })),
  );
}

/** Only whole rows can be left out: anything else would cut hidden columns away. */
function checkRows({ model, tensor, shape }: PlannedInput, output: readonly number[]): void {
  const [rows = 1, ...row] = shape;
  const [kept = 1, ...keptRow] = output;
  if (rows >= kept && row.length === keptRow.length && row.every((size, axis) => size === keptRow[axis])) return;
  const [found, expected] = [`[${shape.join(", ")}]`, `[${output.join(", ")}]`];
  throw new AwaseError(
    "merge/unlike-shape",
    `Tensor ${tensor} of ${model} has shape ${found}, and the output's is ${expected}: only rows of a vocabulary can be left out. Use models of one size.`,
    { facts: { model, tensor, found, expected } },
  );
}

/** The model may have been loaded again since the plan was made, and not be the same. */
function findTensor(planned: PlannedInput, models: Models): { checkpoint: Checkpoint; tensor: ModelTensor } {
  const checkpoint = models.get(planned.model);
  if (!checkpoint) {
    throw new AwaseError("merge/no-model", `The model ${planned.model} is not loaded. Add it, then merge again.`, {
      facts: { model: planned.model },
    });
  }
  const tensor = checkpoint.tensors.get(planned.tensor);
  const expected = `${planned.dtype} [${planned.shape.join(", ")}]`;
  const found = tensor ? `${tensor.dtype} [${tensor.shape.join(", ")}]` : "missing";
  if (tensor && found === expected) return { checkpoint, tensor };
  throw new AwaseError(
    "merge/changed-model",
    `Tensor ${planned.tensor} of ${planned.model} was ${expected} when the merge was planned and is ${found} now. ` +
      "Check the recipe again, then merge.",
    { facts: { model: planned.model, tensor: planned.tensor, found, expected } },
  );
}
