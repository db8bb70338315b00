import type { Bytes } from "../../base/bytes";
import { DTYPE_BYTES } from "../../formats/dtypes";
import type { StoredTensor } from "../../formats/tensor";
import type { ByteSource } from "../../io/types";

/** Bytes of the file that are looked through at a time. */
const PIECE_BYTES = 8 * 1024 * 1024;

/** The bytes in which elements [from, to) of a tensor lie whose elements are in another order, others between them. */
export function stridedRange(tensor: StoredTensor, from: number, to: number) {
  const size = DTYPE_BYTES[tensor.dtype];
  if (to <= from) return { start: tensor.start, end: tensor.start };
  const { least, most } = boundsOf(tensor, from, to);
  return { start: tensor.start + least * size, end: tensor.start + (most + 1) * size };
}

/**
 * Elements [from, to) of such a tensor, in the order of its axes: a transposed matrix, a part of another tensor, one row that stands for
 * many. Of the file a few megabytes are in memory at a time.
 */
export async function readStrided(
  tensor: StoredTensor,
  source: ByteSource,
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<Bytes> {
  const size = DTYPE_BYTES[tensor.dtype];
  const out = new Uint8Array((to - from) * size);
  const { start, end } = stridedRange(tensor, from, to);
  const step = Math.floor(PIECE_BYTES / size) * size;
  for (let at = start; at < end; at += step) {
    const stop = Math.min(at + step, end);
    const piece = await source.read(at, stop, signal);
    const [first, last] = [(at - tensor.start) / size, (stop - tensor.start) / size];
    let element = 0;
    for (const place of placesOf(tensor, from, to)) {
      if (place >= first && place < last) {
        const found = (place - first) * size;
        for (let byte = 0; byte < size; byte++) out[element * size + byte] = piece[found + byte] ?? 0;
      }
      element++;
    }
  }
  return out;
}

/** Where each of these elements lies, counted in elements from the tensor's first. */
function* placesOf(
  { shape, strides = [] }: StoredTensor,
  from: number,
  to: number,
): Generator<number, void, undefined> {
  const index = indexOf(shape, from);
  let place = index.reduce((sum, at, axis) => sum + at * (strides[axis] ?? 0), 0);
  for (let element = from; element < to; element++) {
    yield place;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const [at, stride] = [(index[axis] ?? 0) + 1, strides[axis] ?? 0];
      place += stride;
      if (at < (shape[axis] ?? 0)) {
        index[axis] = at;
        break;
      }
      place -= at * stride;
      index[axis] = 0;
    }
  }
}

function indexOf(shape: readonly number[], element: number): number[] {
  const index = shape.map(() => 0);
  let rest = element;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const size = shape[axis] ?? 1;
    index[axis] = rest % size;
    rest = Math.floor(rest / size);
  }
  return index;
}

/**
 * The first and the last place of elements [from, to), without a walk over them: of a whole stretch of rows each axis inside of a row
 * runs through all of its entries.
 */
function boundsOf({ shape, strides = [] }: StoredTensor, from: number, to: number) {
  const [first, last] = [indexOf(shape, from), indexOf(shape, to - 1)];
  const differs = first.findIndex((at, axis) => at !== last[axis]);
  const split = differs < 0 ? shape.length : differs;
  let [least, most] = [0, 0];
  for (const [axis, size] of shape.entries()) {
    const stride = strides[axis] ?? 0;
    least += stride * (axis <= split ? (first[axis] ?? 0) : 0);
    most += stride * (axis <= split ? (last[axis] ?? 0) : size - 1);
  }
  return { least, most };
}
