import { AwaseError } from "../base/errors";
import { DTYPE_BYTES, type DType } from "../formats/dtypes";
import { elementCount, type StoredTensor } from "../formats/tensor";
import type { ByteRange, ByteSource } from "../io/types";
import type { Checkpoint } from "../model/checkpoint";
import type { MergePlan, PlannedInput } from "../recipe/plan/plan";

/** An input of an output tensor: where its elements lie in a file. */
export interface TensorInput {
  readonly model: string;
  readonly dtype: DType;
  readonly source: ByteSource;
  /** Byte offset of its first element in the file. */
  readonly at: number;
  /** Elements of a row in the file, and how many of them count: fewer where the tensor is cropped. */
  readonly row: { readonly stored: number; readonly kept: number };
  /** Bytes the plan says it takes to read it all. */
  readonly bytes: number;
  /** See `inputKey`. */
  readonly key: string;
}

type Models = ReadonlyMap<string, Checkpoint>;

/**
 * Opens an input of a planned tensor. Where the input is larger than the output, its top left part is meant.
 * @throws {AwaseError} `merge/no-model`, `merge/changed-model`, and what opening a file throws
 */
export async function openInput(
  planned: PlannedInput,
  outputShape: readonly number[],
  models: Models,
): Promise<TensorInput> {
  const { model, dtype, bytes } = planned;
  const { checkpoint, stored } = findStored(planned, models);
  const source = await checkpoint.source(stored.file);
  const key = inputKey(planned, outputShape, models);
  return { model, dtype, source, at: stored.start, row: rowOf(stored.shape, outputShape), bytes, key };
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
  for (const [index, tensor] of plan.tensors.entries()) {
    if (skip.has(index)) continue;
    for (const input of tensor.inputs) {
      const { source, at, row, dtype } = await openInput(input, tensor.shape, models);
      const range = { start: at, end: at + storedEnd(row, elementCount(tensor.shape)) * DTYPE_BYTES[dtype] };
      const known = ranges.get(source);
      if (known) known.push(range);
      else ranges.set(source, [range]);
    }
  }
  for (const [source, wanted] of ranges) source.expect?.(wanted.sort((a, b) => a.start - b.start));
}

/** Bytes of elements [start, end) of an input, counted as the output counts them: row by row, what is cropped left out. */
export async function readElements(
  { source, at, row, dtype }: TensorInput,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = DTYPE_BYTES[dtype];
  if (row.stored === row.kept) return source.read(at + start * size, at + end * size, signal);

  const first = storedStart(row, start);
  const stretch = await source.read(at + first * size, at + storedEnd(row, end) * size, signal);
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
function findStored(planned: PlannedInput, models: Models): { checkpoint: Checkpoint; stored: StoredTensor } {
  const checkpoint = models.get(planned.model);
  if (!checkpoint) {
    throw new AwaseError("merge/no-model", `The model ${planned.model} is not loaded. Add it, then merge again.`, {
      facts: { model: planned.model },
    });
  }
  const stored = checkpoint.tensors.get(planned.tensor);
  const expected = `${planned.dtype} [${planned.shape.join(", ")}]`;
  const found = stored ? `${stored.dtype} [${stored.shape.join(", ")}]` : "missing";
  if (stored && found === expected) return { checkpoint, stored };
  throw new AwaseError(
    "merge/changed-model",
    `Tensor ${planned.tensor} of ${planned.model} was ${expected} when the merge was planned and is ${found} now. ` +
      "Check the recipe again, then merge.",
    { facts: { model: planned.model, tensor: planned.tensor, found, expected } },
  );
}
