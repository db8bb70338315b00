import { DTYPE_BYTES } from "../formats/dtypes";
import { elementCount } from "../formats/tensor";
import type { ByteRange } from "../io/types";
import type { Checkpoint, ModelTensor } from "./checkpoint";
import { applyScales, scalesOf, widenScales } from "./quantisation/scaledCodes";

/*
 * The one place that knows how a model's tensors lie in its files. Whoever wants elements asks here; whoever wants to know
 * which bytes that takes, too.
 */

/** Bytes [start, end) of a weight file. */
export interface FileRange extends ByteRange {
  readonly file: string;
}

/**
 * Elements [start, end) of a tensor, in its own dtype. fp8 codes with scales come as the products.
 * @throws {AwaseError} what reading the file throws
 */
export async function readElements(
  model: Pick<Checkpoint, "source">,
  tensor: ModelTensor,
  start: number,
  end: number,
  signal?: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const ranges = elementRanges(tensor, start, end);
  const [bytes = new Uint8Array(), scales] = await Promise.all(
    ranges.map(async (range) => (await model.source(range.file)).read(range.start, range.end, signal)),
  );
  const { scaled } = tensor;
  if (!scaled || !scales) return bytes;
  return new Uint8Array(applyScales(bytes, scaled, widenScales(scales, scaled.scales.dtype), start).buffer);
}

/** The bytes that elements [start, end) of a tensor are made of: its own first, then those of its scales, if it has them. */
export function elementRanges(
  { file, dtype, start: at, scaled }: ModelTensor,
  start: number,
  end: number,
): FileRange[] {
  const size = DTYPE_BYTES[scaled?.dtype ?? dtype];
  const own = { file, start: at + start * size, end: at + end * size };
  if (!scaled || start === end) return [own];
  const { scales, grid } = scaled;
  const needed = scalesOf(grid, start, end);
  const scaleSize = DTYPE_BYTES[scales.dtype];
  return [
    own,
    { file: scales.file, start: scales.start + needed.start * scaleSize, end: scales.start + needed.end * scaleSize },
  ];
}

/** Bytes that the files have of a tensor, or of so many of its elements; with them come all of its scales. */
export function storedBytes({ dtype, shape, scaled }: ModelTensor, elements = elementCount(shape)): number {
  if (!scaled) return elements * DTYPE_BYTES[dtype];
  return elements * DTYPE_BYTES[scaled.dtype] + (scaled.scales.end - scaled.scales.start);
}

/** The weight files that have a part of a tensor. */
export function filesOf({ file, scaled }: ModelTensor): readonly string[] {
  return scaled ? [file, scaled.scales.file] : [file];
}
