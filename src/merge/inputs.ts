import { AwaseError } from "../base/errors";
import { DTYPE_BYTES, type DType } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { ByteRange, ByteSource } from "../io/types";
import type { Checkpoint, ModelTensor } from "../model/checkpoint";
import { elementRanges, readElements as readStored } from "../model/elements";
import type { MergePlan, PlannedInput } from "../recipe/plan/plan";

/** An input of an output tensor, opened. */
export interface TensorInput {
  readonly model: string;
  readonly dtype: DType;
  /** Elements of a row in the model, and how many of them count: fewer where the tensor is cropped. */
  readonly row: { readonly stored: number; readonly kept: number };
  /** Bytes the plan says it takes to read it all. */
  readonly bytes: number;
  /** See `inputKey`. */
  readonly key: string;
  /** Elements [start, end), counted as the model counts them. */
  read(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>;
}

type Models = ReadonlyMap<string, Checkpoint>;

/**
 * Finds an input of a planned tensor. Where the input is larger than the output, its top left part is meant.
 * @throws {AwaseError} `merge/no-model`, `merge/changed-model`
 */
export function openInput(planned: PlannedInput, outputShape: readonly number[], models: Models): TensorInput {
  const { model, dtype, bytes } = planned;
  const { checkpoint, tensor } = findTensor(planned, models);
  return {
    model,
    dtype,
    row: rowOf(tensor.shape, outputShape),
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
  const end = storedEnd(rowOf(tensor.shape, outputShape), elementCount(outputShape));
  return Promise.all(
    elementRanges(tensor, 0, end).map(async ({ file, ...range }) => ({
      ...range,
      source: await checkpoint.source(file),
    })),
  );
}

/** Bytes of elements [start, end) of an input, counted as the output counts them: row by row, what is cropped left out. */
export async function readElements(
  { row, dtype, read }: TensorInput,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  if (row.stored === row.kept) return read(start, end, signal);

  const size = DTYPE_BYTES[dtype];
  const first = storedStart(row, start);
  const stretch = await read(first, storedEnd(row, end), signal);
  const kept = new Uint8Array((end - start) * size);
  for (let element = start; element < end; ) {
    const length = Math.min(row.kept - (element % row.kept), end - element);
    const from = (storedStart(row, element) - first) * size;
    kept.set(stretch.subarray(from, from + length * size), (element - start) * size);
    element += length;
  }
  return kept;
}

/** Where an element of the output lies in the stored rows. */
function storedStart({ stored, kept }: TensorInput["row"], element: number): number {
  return Math.floor(element / kept) * stored + (element % kept);
}

/** The end, in the stored rows, of a stretch that ends before an element of the output. */
function storedEnd(row: TensorInput["row"], end: number): number {
  return end === 0 ? 0 : storedStart(row, end - 1) + 1;
}

/** Only matrices are cropped; everything else is one row that may be cut short. */
function rowOf(stored: readonly number[], output: readonly number[]): TensorInput["row"] {
  const [, columns] = stored;
  const [, kept] = output;
  return columns !== undefined && kept !== undefined && stored.length === 2 && output.length === 2
    ? { stored: columns, kept }
    : { stored: 1, kept: 1 };
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
